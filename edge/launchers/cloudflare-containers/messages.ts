import * as z from "zod";

/*
 * Between the Worker and the Worker of the containers, which may be of another release: both sides parse.
 */

const refused = z.strictObject({
  kind: z.literal("refused"),
  cause: z.enum(["capacity", "throttled", "misconfigured"]),
  reason: z.string(),
  retryAfterSeconds: z.number().nullable(),
});

export const LAUNCH_REQUEST = z.strictObject({
  jobId: z.uuid(),
  launchId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  resources: z.strictObject({
    ...{ vcpus: z.number().positive(), memoryMib: z.int().min(1) },
    ...{ diskGib: z.int().min(1), leastDiskGib: z.int().min(1) },
  }),
  sourceHost: z.string().min(1).max(255).nullable(),
});

export const LAUNCH_ANSWER = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("launched"), platformId: z.string() }),
  refused,
]);

/** Each is one call of an object. */
export const MOST_DESCRIBED = 40;

export const DESCRIBE_REQUEST = z.strictObject({ platformIds: z.array(z.string()).max(MOST_DESCRIBED) });

export const DESCRIBE_ANSWER = z.strictObject({
  runs: z.array(
    z.strictObject({
      platformId: z.string(),
      jobId: z.string().nullable(),
      state: z.enum(["waiting", "running", "ended"]),
      reason: z.string().nullable(),
      exitCode: z.int().nullable(),
    }),
  ),
});

export const STOP_REQUEST = z.strictObject({ platformId: z.string(), reason: z.string().max(1000) });

export const STOP_ANSWER = z.strictObject({});
