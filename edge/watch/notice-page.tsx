import type { JobProgress } from "../../shared/domain/job/transcode-job.ts";
import { Layout } from "./layout.tsx";
import type { WaitingFor } from "./watch-view.ts";

/** Seconds between reloads while a video is processed. */
const REFRESH_SECONDS = 2;

/** A page with one message: not found, deleted or failed. */
export function NoticePage({ heading, text }: { readonly heading: string; readonly text: string }) {
  return (
    <Layout title={`${heading} · ladderlock`}>
      <main class="notice">
        <h1>{heading}</h1>
        <p>{text}</p>
      </main>
    </Layout>
  );
}

const WAITING_TEXT = {
  request: "It will be prepared on first request.",
  upload: "Waiting for a processor.",
  transcoding: "Transcoding.",
  encryption: "Encrypting each quality with its own key.",
  "other-parts": "This part is ready; other parts of the video are still being processed.",
  review: "It is ready and waiting for review.",
} as const satisfies Record<WaitingFor, string>;

type ProcessingPageProps = {
  readonly title: string | null;
  readonly waitingFor: WaitingFor;
  readonly progress: JobProgress | null;
};

/** Reloads itself until the video can be played. */
export function ProcessingPage({ title, waitingFor, progress }: ProcessingPageProps) {
  const heading = title ?? "This video";
  return (
    <Layout title={`${heading} · being processed`} refreshSeconds={REFRESH_SECONDS}>
      <main class="notice" id="processing" data-state={waitingFor}>
        <h1>{heading}</h1>
        <p>This video is still being processed. {WAITING_TEXT[waitingFor]}</p>
        {progress !== null && <Progress progress={progress} />}
        <p class="quiet">This page refreshes automatically.</p>
      </main>
    </Layout>
  );
}

function Progress({ progress }: { readonly progress: JobProgress }) {
  const percent = Math.floor(progress.percent);
  const stage = progress.stage.toLowerCase();
  return (
    <p class="progress">
      <progress max="100" value={percent} aria-label={stage} />
      <span>
        {stage}, {percent} %
      </span>
    </p>
  );
}
