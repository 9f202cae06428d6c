import * as z from "zod";

/*
 * What Cloud Run takes of `jobs:run` and of the assertion for a token, and what a container for one job has to ask for:
 * facts of google.cloud.run.v2, of Google's pages on retries and task timeouts, and of RFC 7523.
 */

/** Seconds with their unit, as protobuf writes a Duration in JSON. */
const duration = z.string({ error: "is a text with its unit, such as 21600s" }).regex(/^\d+(?:\.\d{1,9})?s$/);

const runRequest = z.strictObject({
  validateOnly: z.boolean().optional(),
  overrides: z.strictObject({
    containerOverrides: z.tuple([
      z.strictObject({
        args: z.tuple([z.literal("run")]),
        env: z.tuple([z.strictObject({ name: z.literal("VIDEO_JOB_ID"), value: z.uuid() })]),
      }),
    ]),
    taskCount: z.literal(1),
    timeout: duration.optional(),
  }),
});

export type RunRequest = z.infer<typeof runRequest>;

type Template = { readonly maxRetries?: number; readonly timeout?: string };

/** Longest time of a task without a GPU. */
const LONGEST_SECONDS = 168 * 3600;
const SHORTEST_USEFUL_SECONDS = 3600;

/** What is wrong with a request for a job with this template, or the request. */
export function readRunRequest(body: unknown, template: Template): RunRequest | string {
  const parsed = runRequest.safeParse(body);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ");
  const seconds = Number.parseFloat(parsed.data.overrides.timeout ?? template.timeout ?? "600s");
  if (seconds > LONGEST_SECONDS) return "timeout is over 168 hours";
  if (seconds < SHORTEST_USEFUL_SECONDS) return `a timeout of ${seconds} s ends a film in the middle`;
  const retries = template.maxRetries ?? 3;
  if (retries !== 0) return `the job repeats a container that fails ${retries} times`;
  return parsed.data;
}

const claims = z.strictObject({
  iss: z.string(),
  scope: z.literal("https://www.googleapis.com/auth/cloud-platform"),
  aud: z.url(),
  iat: z.int(),
  exp: z.int(),
});

/** Whether the claims of an assertion are those that Google takes now. */
export function areClaims(value: unknown, expected: { iss: string; aud: string; now: number }): boolean {
  const parsed = claims.safeParse(value);
  if (!parsed.success) return false;
  const { iss, aud, iat, exp } = parsed.data;
  const seconds = expected.now / 1000;
  return iss === expected.iss && aud === expected.aud && exp - iat <= 3600 && iat <= seconds + 60 && exp > seconds;
}
