import * as z from "zod";
import { LAUNCH_STATES, REFUSAL_CAUSES } from "../../../../shared/domain/job/job-launch.ts";
import { JOB_KINDS } from "../../../../shared/domain/job/transcode-job.ts";
import { defineRoute } from "../../definition.ts";
import { failCode, millis } from "../shapes.ts";

const count = z.int().min(0);
const kind = z.enum(JOB_KINDS);

const storedBytes = {
  sourceBytes: count.describe("uploads that are stored"),
  clearBytes: count.describe("clear renditions; of an encrypted part the bytes of their ciphertext"),
  encryptedBytes: count.describe("ciphertext"),
};

const overviewSchema = z
  .object({
    at: millis,
    from: millis.describe("jobs that ended and launches that were ordered since then are counted"),
    jobs: z.object({
      completeFrom: millis.describe("later than `from` where more than the newest 10,000 jobs ended since then"),
      byHour: z.array(
        z.object({ hour: millis, kind, state: z.enum(["SUCCEEDED", "FAILED", "CANCELLED"]), count: z.int().min(1) }),
      ),
      failures: z.array(z.object({ kind, failCode, count: z.int().min(1) })),
      times: z.array(
        z.object({
          kind,
          stage: z
            .enum(["WAITING", "RUNNING"])
            .describe("WAITING: due until the first claim; RUNNING: from the first claim to the result"),
          jobs: z.int().min(1),
          medianMs: z.int(),
          p95Ms: z.int(),
        }),
      ),
    }),
    queue: z.object({
      counts: z
        .object({ QUEUED: count, RUNNING: count, RETRY_WAIT: count, FAILED: count })
        .describe("10,000 stands for 10,000 or more"),
      oldest: z.object({ jobId: z.string(), videoPostId: z.string(), kind, dueSince: millis }).nullable(),
    }),
    launches: z.object({
      completeFrom: millis.describe("later than `from` where more than the newest 5,000 launches were ordered since"),
      byState: z.array(
        z.object({ state: z.enum(LAUNCH_STATES), cause: z.enum(REFUSAL_CAUSES).nullable(), count: z.int().min(1) }),
      ),
      reasons: z
        .array(z.object({ reason: z.string(), count: z.int().min(1) }))
        .describe("the platform's own words, the 20 most frequent"),
    }),
    storage: z.object({
      posts: count.describe("the posts whose bytes are added"),
      isComplete: z.boolean().describe("false where there are more than the newest 10,000 posts"),
      ...storedBytes,
      largestPosts: z.array(
        z.object({
          videoPostId: z.string(),
          title: z.string(),
          resourceType: z.enum(["VIDEO", "AUDIO"]),
          ...storedBytes,
        }),
      ),
    }),
  })
  .meta({ id: "Overview", description: "Times are milliseconds since the epoch." });

export const readOverview = defineRoute({
  method: "GET",
  path: "/api/v2/overview",
  operationId: "readOverview",
  tag: "Overview",
  summary: "Returns figures about jobs, the queue, launches and storage",
  access: { kind: "scope", scope: "posts:read" },
  query: z.strictObject({ hours: z.enum(["24", "168"]).default("24") }),
  responses: { 200: { description: "The figures", schema: overviewSchema } },
  problems: [],
});
