import { z } from "zod";
import { progressSchema } from "../../shared/application/protocols/job-protocol.ts";
import { JOB_KINDS, JOB_STAGES, JOB_STATES } from "../../shared/domain/transcode-job.ts";
import type { OperatorConfig } from "../config/config.ts";

/* The administrators' API of jobs (docs/http-api.md), for commands that people type: one try, and plain answers. */

const time = z.number().nullable();

/** A job as the API shows it; times in milliseconds since the epoch. */
export const jobViewSchema = z.object({
  jobId: z.string(),
  videoPostId: z.string(),
  /** Names the part within its post. */
  fileIndex: z.number().nullable().default(null),
  kind: z.enum(JOB_KINDS),
  state: z.enum(JOB_STATES),
  stage: z.enum(JOB_STAGES).nullable(),
  attempt: z.number(),
  maxAttempts: z.number(),
  claimNo: z.number(),
  cancelRequested: z.boolean(),
  leaseOwner: z.string().nullable(),
  leaseExpiresAt: time,
  runAfter: z.number(),
  progress: progressSchema.nullable(),
  failReason: z.string().nullable(),
  createdAt: z.number(),
  startedAt: time,
  finishedAt: time,
});
export type JobView = z.infer<typeof jobViewSchema>;

export type JobFilter = {
  readonly state?: string | undefined;
  readonly kind?: string | undefined;
  readonly videoPostId?: string | undefined;
};

/** Every call may throw OperatorRefusal or OperatorUnreachable. */
export type OperatorClient = {
  /** The newest first, 100 at the most. */
  list(filter: JobFilter): Promise<JobView[]>;
  show(jobId: string): Promise<JobView>;
  retry(jobId: string): Promise<JobView>;
  cancel(jobId: string): Promise<"cancelled" | "requested">;
};

/** The Worker understood and said no; the message is its reason. */
export class OperatorRefusal extends Error {
  override readonly name = "OperatorRefusal";
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

export class OperatorUnreachable extends Error {
  override readonly name = "OperatorUnreachable";
}

const REPLY_MS = 30_000;
const problemSchema = z.object({ title: z.string(), detail: z.string().optional() });
const listSchema = z.object({ jobs: z.array(jobViewSchema) });
const cancelSchema = z.object({ outcome: z.enum(["cancelled", "requested"]) });

export function createOperatorClient({ serviceUrl, adminApiKey }: OperatorConfig): OperatorClient {
  const base = `${serviceUrl}/api/v2/jobs`;
  const ask = (method: "GET" | "POST", url: string) => askAsOperator(method, url, adminApiKey);
  const one = (jobId: string) => `${base}/${encodeURIComponent(jobId)}`;
  return {
    list: async (filter) => {
      const given = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined);
      return listSchema.parse(await ask("GET", `${base}?${new URLSearchParams(given)}`)).jobs;
    },
    show: async (jobId) => jobViewSchema.parse(await ask("GET", one(jobId))),
    retry: async (jobId) => jobViewSchema.parse(await ask("POST", `${one(jobId)}/retry`)),
    cancel: async (jobId) => cancelSchema.parse(await ask("POST", `${one(jobId)}/cancel`)).outcome,
  };
}

/** One request with the administrators' key; the JSON of its answer. */
export async function askAsOperator(
  method: "GET" | "POST",
  url: string,
  adminApiKey: string,
  content?: unknown,
): Promise<unknown> {
  let response: Response;
  let text: string;
  try {
    const sent = content === undefined ? {} : { body: JSON.stringify(content) };
    const headers = { authorization: `Bearer ${adminApiKey}`, "content-type": "application/json" };
    // A redirect would carry the key to wherever it points.
    response = await fetch(url, { method, headers, ...sent, redirect: "error", signal: AbortSignal.timeout(REPLY_MS) });
    text = await response.text();
  } catch (cause) {
    throw new OperatorUnreachable("The video service could not be reached. Is LADDERLOCK_URL its address?", { cause });
  }
  const body = parseJson(text);
  if (response.ok && body !== undefined) return body;
  const problem = problemSchema.safeParse(body);
  const reason = problem.success
    ? [problem.data.title, problem.data.detail].filter(Boolean).join(": ")
    : "no reason given";
  if (response.status >= 500)
    throw new OperatorUnreachable(`The video service answered ${response.status}: ${reason}.`);
  const hint = response.status === 401 ? " Is ADMIN_API_KEY that of the Worker?" : "";
  throw new OperatorRefusal(`The video service answered ${response.status}: ${reason}.${hint}`, response.status);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
