import { bodyOf, type Job } from "../../client/index.ts";
import { decoded } from "../e2e/decoded.ts";
import type { Stack } from "../e2e/stack.ts";
import type { Kind } from "./posts.ts";

/** What became of the posts. `frames` are those of a published one; `violations` must be empty. */
export async function inspect(stack: Stack, posts: readonly { videoPostId: string; kind: Kind }[], frames: number) {
  const violations: string[] = [];
  const failed: Record<string, number> = {};
  const attempts: number[] = [];
  let published = 0;
  for (const { videoPostId, kind } of posts) {
    const { status, files } = bodyOf(await stack.client.getVideoPost({ params: { videoPostId } }));
    const { jobs } = bodyOf(await stack.client.listJobs({ query: { videoPostId } }));
    attempts.push(...jobs.map(({ claimNo }) => claimNo));
    violations.push(...jobViolations(videoPostId, status, jobs));
    if ((kind === "cancelled") !== (status === "PROCESSING_CANCELLED")) {
      violations.push(`${kind} ${videoPostId} ended ${status}`);
    }
    const succeeds = kind === "upload" || kind === "url";
    if (status === "PUBLISHED") {
      published++;
      violations.push(...(await playbackViolations(stack, videoPostId, frames)));
    } else if (status === "TRANSCODE_FAILED") {
      const reason = files[0]?.failReason ?? "no reason";
      failed[reason] = (failed[reason] ?? 0) + 1;
    }
    if (succeeds !== (status === "PUBLISHED"))
      violations.push(`${kind} ${videoPostId} ended ${status}: ${files[0]?.failReason}`);
  }
  return {
    published,
    failed,
    violations,
    attempts: { total: attempts.reduce((a, b) => a + b, 0), most: Math.max(...attempts) },
  };
}

/** Every job has ended, and what was published was published once. */
function jobViolations(videoPostId: string, status: string, jobs: readonly Job[]): string[] {
  const live = jobs.filter(({ state }) => !["SUCCEEDED", "FAILED", "CANCELLED"].includes(state));
  const succeeded = (kind: string) => jobs.filter((job) => job.kind === kind && job.state === "SUCCEEDED").length;
  const expected = status === "PUBLISHED" ? 1 : 0;
  return [
    ...live.map(({ kind, state }) => `${videoPostId} has a ${kind} job that is ${state}`),
    ...["TRANSCODE", "ENCRYPT"]
      .filter((kind) => succeeded(kind) !== expected)
      .map((kind) => `${videoPostId} (${status}) has ${succeeded(kind)} ${kind} jobs that succeeded`),
  ];
}

async function playbackViolations(stack: Stack, videoPostId: string, expected: number): Promise<string[]> {
  const { masterUrl } = await stack.token({ videoPostId, fileIndex: 0 });
  try {
    const { frames } = await decoded(stack.origin + masterUrl, "0:v:0");
    return frames === expected ? [] : [`${videoPostId} decodes to ${frames} frames instead of ${expected}`];
  } catch (error) {
    return [`${videoPostId} does not decode: ${(error as Error).message}`];
  }
}
