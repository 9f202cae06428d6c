import type { JobOutcome } from "../../../shared/application/job-service/job-service.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/internal/processors.ts";
import { type Route, route } from "../../api/route.ts";
import { refused } from "../../http/refusal.ts";
import { type JobServiceContext, jobServiceOf } from "../../job-service.ts";

/** `/internal/jobs`: the job protocol (shared/application/job-protocol.ts) over HTTP. */
export const internalJobRoutes: readonly Route<JobServiceContext>[] = [
  route(define.claimJob, {
    handle: async (context: JobServiceContext, { body, execution }) => {
      const order = await jobServiceOf(context, execution).claim(body);
      return order === null ? answer(204, null) : answer(200, order);
    },
  }),
  route(define.claimOneJob, {
    handle: async (context: JobServiceContext, { params, body, execution }) =>
      answer(200, await jobServiceOf(context, execution).claimOne(params.jobId, body)),
  }),
  route(define.scanJobs, {
    handle: async (context: JobServiceContext, { execution }) =>
      answer(200, await jobServiceOf(context, execution).scan()),
  }),
  route(define.heartbeat, {
    handle: async (context: JobServiceContext, { held, body, execution }) =>
      answerOf(await jobServiceOf(context, execution).heartbeat(held, body)),
  }),
  route(define.reportProgress, {
    handle: async (context: JobServiceContext, { held, body, execution }) =>
      nothingOf(await jobServiceOf(context, execution).progress(held, body)),
  }),
  route(define.stageKeys, {
    handle: async (context: JobServiceContext, { held, execution }) =>
      answerOf(await jobServiceOf(context, execution).keys(held)),
  }),
  route(define.recordTranscode, {
    handle: async (context: JobServiceContext, { held, body, execution }) =>
      answerOf(await jobServiceOf(context, execution).recordTranscode(held, body)),
  }),
  route(define.recordEncrypt, {
    handle: async (context: JobServiceContext, { held, body, execution }) =>
      nothingOf(await jobServiceOf(context, execution).recordEncrypt(held, body)),
  }),
  route(define.failJob, {
    handle: async (context: JobServiceContext, { held, body, execution }) =>
      answerOf(await jobServiceOf(context, execution).fail(held, body)),
  }),
  route(define.releaseJob, {
    handle: async (context: JobServiceContext, { held, execution }) =>
      nothingOf(await jobServiceOf(context, execution).release(held)),
  }),
  route(define.acknowledgeCancel, {
    handle: async (context: JobServiceContext, { held, execution }) =>
      nothingOf(await jobServiceOf(context, execution).acknowledgeCancel(held)),
  }),
];

function answerOf<T>(outcome: JobOutcome<T>) {
  return outcome.kind === "refused" ? refusalOf(outcome) : answer(200, outcome.value);
}

function nothingOf(outcome: JobOutcome) {
  return outcome.kind === "refused" ? refusalOf(outcome) : answer(204, null);
}

function refusalOf({ code, detail }: Extract<JobOutcome, { kind: "refused" }>) {
  return refused(code, detail ?? undefined);
}
