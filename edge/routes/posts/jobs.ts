import { cancelJob } from "../../../shared/application/commands/cancel-job.ts";
import { retryJob } from "../../../shared/application/commands/retry-job.ts";
import type { ListedJob } from "../../../shared/application/ports/job-store.ts";
import type { JobLaunch } from "../../../shared/domain/job/job-launch.ts";
import { answer } from "../../api/answer.ts";
import { jobCursor } from "../../api/cursor.ts";
import * as define from "../../api/definitions/posts/jobs.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { latestReport } from "../../encoder/live-progress.ts";
import { commandRefusal } from "../../http/command-refusal.ts";
import { refused } from "../../http/refusal.ts";
import { continueRotationSoon } from "../../rotation/advance-rotation.ts";

type Deps = Pick<
  Context,
  "posts" | "jobs" | "launches" | "launcher" | "rotationBatches" | "rotationSteps" | "env" | "now"
>;

/** `/api/v2/jobs`, for operators and for sites that wait for a job. */
export const jobRoutes: readonly Route<Deps>[] = [
  route(define.listJobs, {
    handle: async (deps: Deps, { query: { cursor: before = null, limit, ...filter } }) => {
      const { items, next } = await deps.jobs.page({ filter, before, limit });
      const launches = await launchesOf(deps, items);
      const jobs = await Promise.all(items.map((job) => shownJob(deps, job, launches)));
      return answer(200, { jobs, nextCursor: next === null ? null : jobCursor.write(next) });
    },
  }),

  route(define.getJob, {
    handle: async (deps: Deps, { params }) => {
      const job = await deps.jobs.find(params.jobId);
      return job === null ? refused("not-found") : answer(200, await shownJob(deps, job));
    },
  }),

  route(define.cancelJob, {
    asked: ({ params: { jobId } }) => ({ details: { jobId } }),
    handle: async (deps: Deps, { params: { jobId }, caller, execution }) => {
      const outcome = await cancelJob(deps, jobId, caller.id, deps.now());
      const job = await deps.jobs.find(jobId);
      const facts = { videoPostId: job?.videoPostId };
      if (outcome.kind !== "done") return { ...commandRefusal(outcome), facts };
      if (job !== null) continueRotationSoon(deps, execution, job);
      return answer(202, { outcome: outcome.value }, { ...facts, details: { outcome: outcome.value } });
    },
  }),

  route(define.retryJob, {
    asked: ({ params: { jobId } }) => ({ details: { jobId } }),
    handle: async (deps: Deps, { params: { jobId }, caller }) => {
      const outcome = await retryJob(deps, jobId, caller.id, deps.now());
      const job = await deps.jobs.find(outcome.kind === "done" ? outcome.value.jobId : jobId);
      const facts = { videoPostId: job?.videoPostId };
      if (outcome.kind !== "done") return { ...commandRefusal(outcome), facts };
      return job === null ? refused("not-found") : answer(202, await shownJob(deps, job), facts);
    },
  }),
];

type Launches = ReadonlyMap<string, JobLaunch>;

async function launchesOf({ launches, launcher }: Deps, jobs: readonly ListedJob[]): Promise<Launches> {
  return launcher === null ? new Map() : launches.newestOf(jobs.map(({ jobId }) => jobId));
}

/** A running job is shown with its latest report, which is newer than the database's. */
async function shownJob(deps: Deps, listed: ListedJob, known?: Launches) {
  const { env } = deps;
  const launches = known ?? (await launchesOf(deps, [listed]));
  const { fileId, failedVerification: _, ...stored } = listed;
  const job = { ...stored, launch: launches.get(stored.jobId) ?? null };
  const live = await latestReport(env, { ...job, fileId });
  return live === null ? job : { ...job, progress: live, stage: live.stage };
}
