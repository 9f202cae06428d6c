import type { ClearReason } from "../../shared/domain/post/clear-playback.ts";
import { proxyPath } from "../encoder/playback/proxy-path.ts";
import { Layout } from "./layout.tsx";
import { RungList } from "./rung-list.tsx";
import type { PartView, WatchView } from "./watch-view.ts";

type WatchPageProps = {
  readonly videoPostId: string;
  readonly fileIndex: number;
  readonly view: WatchView & { kind: "playable" };
  /** Whether the demo subscriber exists (DEMO_VIEWERS). */
  readonly demoViewers: boolean;
};

/** The player, the ladder, and the log of requests and refusals. */
export function WatchPage({ videoPostId, fileIndex, view, demoViewers }: WatchPageProps) {
  return (
    <Layout title={`${view.title} · ladderlock`} script>
      <main
        class="watch"
        id="watch"
        data-video-post-id={videoPostId}
        data-file-index={fileIndex}
        data-resource-type={view.resourceType}
        data-clear-url={view.clear === null ? undefined : proxyPath(view.clear.jobName)}
      >
        <section class="stage" aria-label="Player">
          <div class="screen">
            {/* biome-ignore lint/a11y/useMediaCaption: posts have no caption tracks */}
            <video
              id="video"
              poster={view.posterUrl ?? undefined}
              controls
              playsinline
              preload="auto"
              tabindex={0}
              aria-label={view.title}
            />
            <p id="message" class="message" role="alert" hidden />
          </div>
          <div class="heading">
            <h1>{view.title}</h1>
            {view.parts.length > 1 && <Parts videoPostId={videoPostId} parts={view.parts} />}
            {view.clear !== null && (
              <p class="clear-notice" id="clear-notice" role="note">
                {CLEAR_TEXT[view.clear.reason]}
              </p>
            )}
            {view.description !== "" && <p class="description">{view.description}</p>}
          </div>
          <Readings />
        </section>

        <aside class="choices" aria-label="Viewer and quality">
          <ViewerSwitch demoViewers={demoViewers && view.clear === null} />
          <RungList rungs={view.rungs} />
          <KeyboardHelp demoViewers={demoViewers} />
        </aside>

        <Activity />
        <noscript>
          <p class="message">This page needs JavaScript to play the video.</p>
        </noscript>
      </main>
    </Layout>
  );
}

const CLEAR_TEXT = {
  "not-encrypted-yet": "This video is still being encrypted. Until then this page plays it unencrypted.",
  "encryption-failed": "The encryption of this video failed. This page plays it unencrypted.",
} as const satisfies Record<ClearReason, string>;

function Parts({ videoPostId, parts }: { readonly videoPostId: string; readonly parts: readonly PartView[] }) {
  return (
    <nav class="parts" aria-label="Parts">
      {parts.map((part) => (
        <a href={`/watch/${videoPostId}/${part.fileIndex}`} aria-current={part.current ? "page" : undefined}>
          {part.name}
        </a>
      ))}
    </nav>
  );
}

function ViewerSwitch({ demoViewers }: { readonly demoViewers: boolean }) {
  if (!demoViewers) {
    return (
      <p class="viewer-only" id="viewer" data-viewer="anonymous">
        You watch as an <strong>anonymous viewer</strong>.
      </p>
    );
  }
  return (
    <fieldset class="viewer" id="viewer">
      <legend>Watch as</legend>
      <label>
        <input type="radio" name="viewer" value="anonymous" checked />
        <span>Anonymous viewer</span>
      </label>
      <label>
        <input type="radio" name="viewer" value="subscriber" />
        <span>Subscriber</span>
      </label>
    </fieldset>
  );
}

const READINGS = [
  ["playing", "Playing"],
  ["buffered", "Buffered"],
  ["dropped", "Dropped frames"],
  ["segments", "Segments loaded"],
] as const;

function Readings() {
  return (
    <dl class="readings" id="readings">
      {READINGS.map(([name, label]) => (
        <div>
          <dt>{label}</dt>
          <dd data-reading={name}>–</dd>
        </div>
      ))}
    </dl>
  );
}

function Activity() {
  return (
    <section class="activity" aria-labelledby="activity-heading">
      <header>
        <h2 id="activity-heading">Keys and refusals</h2>
        <p class="tally">
          <span class="given">
            <strong data-tally="given">0</strong> keys served
          </span>
          <span class="refused">
            <strong data-tally="refused">0</strong> refused
          </span>
          <button type="button" id="clear-activity">
            Clear
          </button>
        </p>
      </header>
      <div class="activity-scroll" role="log" aria-labelledby="activity-heading" tabindex={0}>
        <ol id="activity" />
        <p class="quiet activity-empty">No requests yet.</p>
      </div>
    </section>
  );
}

function KeyboardHelp({ demoViewers }: { readonly demoViewers: boolean }) {
  const keys = [
    ["K", "play or pause"],
    ["J L", "5 seconds back, forward"],
    ["1 – 9", "quality, from the top"],
    ["A", "automatic quality"],
    ...(demoViewers ? [["V", "switch the viewer"]] : []),
    ["M", "mute or unmute"],
    ["F", "full screen"],
  ];
  return (
    <details class="keyboard" open>
      <summary>Keyboard</summary>
      <dl>
        {keys.map(([key, what]) => (
          <div>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
