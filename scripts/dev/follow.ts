import { setTimeout as sleep } from "node:timers/promises";
import type { Job, Part, Variant, VideoPost } from "../../client/index.ts";
import type { ProgressDisplay } from "../../processor/cli/progress-display.ts";
import type { Api } from "./api.ts";

const POLL_MS = 500;

/** What the outcome of a post depends on. */
export type FollowedPost = Pick<VideoPost, "status"> & {
  readonly files: readonly (Pick<Part, "failReason"> & { readonly variants: readonly Pick<Variant, "quality">[] })[];
};

export type PostOutcome =
  | { readonly kind: "published"; readonly qualities: readonly string[] }
  | { readonly kind: "failed"; readonly reason: string };

/** Shows the post's jobs until it is published or cannot be. */
export async function followPost(
  api: Api,
  videoPostId: string,
  display: ProgressDisplay,
  signal: AbortSignal,
): Promise<PostOutcome> {
  const shown = new Set<string>();
  while (true) {
    const post = await api.findPost(videoPostId, signal);
    const outcome = outcomeOf(post);
    if (outcome?.kind === "published") return outcome;
    const jobs = await api.listJobs(videoPostId, signal);
    if (outcome !== null) return { ...outcome, reason: outcome.reason || reasonIn(jobs) };
    showJobs(jobs, display, shown);
    await sleep(POLL_MS, null, { signal });
  }
}

/** What a post's status says about its end; null while there is still work on the way. */
export function outcomeOf(post: FollowedPost | null): PostOutcome | null {
  if (post === null) return { kind: "failed", reason: "the post is gone" };
  switch (post.status) {
    case "PUBLISHED":
      return { kind: "published", qualities: post.files[0]?.variants.map((variant) => variant.quality) ?? [] };
    case "TRANSCODE_FAILED":
      return { kind: "failed", reason: post.files.find((file) => file.failReason)?.failReason ?? "" };
    case "PROCESSING_CANCELLED":
    case "REJECTED":
    case "DELETED":
      return { kind: "failed", reason: `the post is ${post.status}` };
    default:
      return null;
  }
}

function reasonIn(jobs: readonly Job[]): string {
  return jobs.find((job) => job.state === "FAILED" && job.failReason)?.failReason ?? "no reason was given";
}

/** Shows the running job; one that waits for another attempt is reported once, with the reason. */
function showJobs(jobs: readonly Job[], display: ProgressDisplay, shown: Set<string>): void {
  for (const job of jobs.filter((candidate) => candidate.state === "RETRY_WAIT")) {
    const text = `  ${job.kind.toLowerCase()} failed in attempt ${job.attempt} and will be tried again: ${job.failReason ?? ""}`;
    if (!shown.has(text)) display.line(text);
    shown.add(text);
  }
  const job =
    jobs.find((candidate) => candidate.state === "RUNNING") ?? jobs.find((candidate) => candidate.state === "QUEUED");
  if (job === undefined) return;
  const { stage = job.stage, percent = null } = job.progress ?? {};
  if (job.state === "QUEUED") display.show("queued", null, job.kind.toLowerCase());
  else if (stage) display.show(stage.toLowerCase(), percent, detailOf(job));
}

function detailOf(job: Job): string {
  const { speed, etaSeconds } = job.progress ?? {};
  const parts = [speed ? `${speed.toFixed(1)}x` : "", etaSeconds ? `${Math.ceil(etaSeconds)} s left` : ""];
  return parts.filter((part) => part !== "").join(", ");
}
