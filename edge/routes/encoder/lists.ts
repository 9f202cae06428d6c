import type { EncoderJobQuery } from "../../../shared/application/ports/encoder-jobs.ts";
import { answer } from "../../api/answer.ts";
import { encoderJobCursor } from "../../api/cursor.ts";
import * as define from "../../api/definitions/encoder/encoder.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { jobView } from "../../encoder/job-view.ts";
import { liveProgress } from "../../encoder/live-progress.ts";

type Deps = Pick<Context, "encoderJobs" | "env">;

/** Jobs of the encoder API, and the jobs of one title. */
export const encoderListRoutes: readonly Route<Deps>[] = [
  route(define.listEncoderJobs, {
    handle: async (deps: Deps, { query: { limit, cursor, ...filter } }) =>
      answer(200, await pageOf(deps, { filter, order: "newest-first", after: cursor ?? null, limit })),
  }),

  route(define.getCollection, {
    handle: async (deps: Deps, { params: { slug }, query: { limit, cursor, status } }) => {
      const query = { filter: { slug, status }, order: "oldest-first", after: cursor ?? null, limit } as const;
      return answer(200, { slug, ...(await pageOf(deps, query)) });
    },
  }),
];

async function pageOf({ encoderJobs, env }: Deps, query: EncoderJobQuery) {
  const { items, next } = await encoderJobs.list(query);
  const views = await Promise.all(items.map(async (job) => jobView(null, job, await liveProgress(env, job))));
  return { items: views, nextCursor: next === null ? null : encoderJobCursor.write(next) };
}
