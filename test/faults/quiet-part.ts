import { bodyOf } from "../../client/index.ts";
import type { Stack } from "../e2e/stack.ts";
import type { LaunchProxy } from "./launch-proxy.ts";
import type { LaunchedRuns } from "./launched-runs.ts";
import { untilSettled } from "./settling.ts";

const IDLE_SCANS = 5;
const ENDING_MS = 60_000;

/**
 * What must be true once the faults are over: no process is left, the scan launches nothing, and a part takes one
 * launch. Returns what is not.
 */
export async function quietViolations(
  stack: Stack,
  clip: string,
  launches: LaunchProxy,
  runs: LaunchedRuns,
): Promise<string[]> {
  const violations = [...(await leftProcesses(runs)), ...(await idleLaunches(stack, launches))];
  const posts = await allPosts(stack);
  const upload = { uploadId: await stack.upload(clip), fileName: "clip.mp4" };
  const post = { title: "After the faults", resourceType: "VIDEO", autoPublish: true } as const;
  const body = { ...post, uploadFileList: [upload] };
  const { videoPostId } = bodyOf(await stack.client.createVideoPost({ body }));
  await untilSettled(stack, { wanted: posts + 1, deadline: "stuck", observe: () => {} });
  const { status } = bodyOf(await stack.client.getVideoPost({ params: { videoPostId } }));
  if (status !== "PUBLISHED") violations.push(`a part without faults ended ${status}`);
  const { jobs } = bodyOf(await stack.client.listJobs({ query: { videoPostId } }));
  const launched = launches.launched.filter((jobId) => jobs.some((job) => job.jobId === jobId));
  if (launched.length !== 1) violations.push(`a part without faults took ${launched.length} launches`);
  return [...violations, ...(await leftProcesses(runs)), ...(await idleLaunches(stack, launches))];
}

async function allPosts(stack: Stack): Promise<number> {
  return bodyOf(await stack.client.listVideoPosts({ query: { limit: "100" } })).items.length;
}

/** Runs that have lost their job, or find none, end by themselves. */
async function leftProcesses(runs: LaunchedRuns): Promise<string[]> {
  const deadline = Date.now() + ENDING_MS;
  while (runs.processes().length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 200));
  return runs.processes().map((pid) => `process ${pid} is left without a job`);
}

async function idleLaunches(stack: Stack, launches: LaunchProxy): Promise<string[]> {
  const before = launches.launched.length;
  for (let n = 0; n < IDLE_SCANS; n++) await stack.scheduled();
  const more = launches.launched.length - before;
  return more === 0 ? [] : [`${more} launches while no job waits`];
}
