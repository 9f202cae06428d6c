import type { Failure } from "../../domain/job/failure.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";
import { failForGood } from "./fail-job.ts";

type Deps = { readonly posts: VideoPostRepository; readonly jobs: JobStore };

/** What ends a job after `launches` of a container in a row that no claim followed. */
export function launchFailure(launches: number, lastReason: string | null): Failure {
  const why = lastReason ?? "No container claimed the job.";
  const reason = `${launches} launches of a container did not lead to a claim. The last reason: ${why}`;
  return { code: "launch-failed", reason };
}

/** FAILED, unless a processor has claimed the job meanwhile. */
export async function failUnlaunchedJob(deps: Deps, jobId: string, failure: Failure, now: number): Promise<void> {
  const job = await deps.jobs.find(jobId);
  if (job !== null) await failForGood(deps, job, { kind: "waiting-job", jobId }, failure, now);
}
