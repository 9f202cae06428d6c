import { cancelEncoderJob } from "../../../shared/application/commands/cancel-encoder-job.ts";
import { retryEncoderJob } from "../../../shared/application/commands/retry-encoder-job.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/encoder/encoder.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { jobView } from "../../encoder/job-view.ts";
import { commandRefusal } from "../../http/command-refusal.ts";
import { findEncoderJob } from "./find-encoder-job.ts";

type Deps = Pick<Context, "posts" | "encoderJobs" | "env" | "now">;

/** Cancellation and retry of a job of the encoder API. */
export const encoderJobChangeRoutes: readonly Route<Deps>[] = [
  route(define.cancelEncoderJob, {
    asked: ({ params: { jobId } }) => ({ details: { jobId } }),
    handle: async (deps: Deps, { params, caller }) => {
      const found = await findEncoderJob(deps, params.jobId);
      if (found.kind === "refused") return found;
      const { jobId, videoPostId } = found.job;
      const facts = { videoPostId };
      const outcome = await cancelEncoderJob(deps, jobId, caller.id, deps.now());
      if (outcome.kind !== "done") return { ...commandRefusal(outcome), facts };
      return answer(200, { message: "Job cancelled successfully" } as const, facts);
    },
  }),

  route(define.retryEncoderJob, {
    asked: ({ params: { jobId } }) => ({ details: { jobId } }),
    handle: async (deps: Deps, { params, caller }) => {
      const found = await findEncoderJob(deps, params.jobId);
      if (found.kind === "refused") return found;
      const { jobId, videoPostId } = found.job;
      const facts = { videoPostId };
      const outcome = await retryEncoderJob(deps, jobId, caller.id, deps.now());
      if (outcome.kind !== "done") return { ...commandRefusal(outcome), facts };
      const queued = await findEncoderJob(deps, params.jobId);
      return queued.kind === "refused" ? queued : answer(202, await jobView(null, queued.job, null), facts);
    },
  }),
];
