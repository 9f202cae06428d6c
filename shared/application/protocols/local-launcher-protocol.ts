import * as z from "zod";

/*
 * What a Worker asks of `ladderlock launcher`, the launcher of a single machine. All requests carry the bearer token
 * LOCAL_LAUNCHER_TOKEN; refusals are problem details with a `code`.
 *
 *   POST   /launches                    LaunchRequest -> 201 LocalRun | 200 LocalRun, started before | 503 capacity
 *   GET    /launches[?launchId=...]     -> 200 LocalRuns: those that it knows, of the given ids or all
 *   DELETE /launches/{launchId}         -> 202 LocalRun, which is being stopped or has ended
 */

/** Begins with a letter or a digit: it stands in an environment, in paths and in logs. */
export const launchIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/);

export const launchRequestSchema = z.strictObject({ launchId: launchIdSchema, jobId: launchIdSchema });
export type LaunchRequest = z.infer<typeof launchRequestSchema>;

/** Ids of one request. */
export const LAUNCHES_PER_REQUEST = 50;

export const localRunSchema = z.object({
  launchId: z.string(),
  jobId: z.string(),
  state: z.enum(["running", "ended"]),
  /** Why it ended without an exit code; null otherwise. */
  reason: z.string().nullable(),
  exitCode: z.int().nullable(),
});
export type LocalRun = z.infer<typeof localRunSchema>;

export const localRunsSchema = z.object({ runs: z.array(localRunSchema) });

/** What of a refusal is read. */
export const localRefusalSchema = z.object({ code: z.string(), detail: z.string().optional() });
