import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/internal/processors.ts";
import { type Route, route } from "../../api/route.ts";
import { type JobServiceContext, jobServiceOf } from "../../job-service.ts";

/** `/internal/garbage`: a processor lists the buckets, the database knows which prefixes are in use. */
export const garbageRoutes: readonly Route<JobServiceContext>[] = [
  route(define.checkGarbage, {
    handle: async (context: JobServiceContext, { body, execution }) =>
      answer(200, { uses: await jobServiceOf(context, execution).usesOfPrefixes(body.prefixes) }),
  }),
  route(define.deleteGarbage, {
    handle: async (context: JobServiceContext, { body, execution }) =>
      answer(200, { deleted: await jobServiceOf(context, execution).deletePrefixes(body.prefixes) }),
  }),
];
