import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { z } from "zod";
import type { StartContainer } from "../containers.ts";
import { contractCheck } from "../contract-files.ts";
import { describeJobsSchema, sizeProblem, submitJobSchema, terminateJobSchema } from "./batch-facts.ts";
import { BatchJobs } from "./batch-jobs.ts";
import { type AcceptedKey, type Refusal, signatureProblem } from "./signature.ts";

/** What happens to the next request. `lose` carries it out, and the answer does not arrive. */
export type Fault =
  | { readonly kind: "throttle"; readonly retryAfter?: string }
  | { readonly kind: "refuse"; readonly status: number; readonly code: string; readonly message: string }
  | { readonly kind: "fail"; readonly status: number }
  | { readonly kind: "lose" };

export type FakeBatch = {
  readonly endpoint: string;
  readonly jobs: BatchJobs;
  /** Names of operations in the order of the requests, refused ones included. */
  readonly requests: readonly string[];
  next(fault: Fault): void;
  stop(): Promise<void>;
};

export type FakeBatchOptions = {
  readonly key: AcceptedKey;
  readonly regions: readonly string[];
  readonly queues: readonly string[];
  readonly definitions: readonly string[];
  readonly platform: "fargate" | "ec2";
  readonly start: StartContainer;
};

type Answer = { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> };

const OPERATIONS = {
  "/v1/submitjob": "SubmitJob",
  "/v1/describejobs": "DescribeJobs",
  "/v1/terminatejob": "TerminateJob",
} as const;

/** AWS Batch on this machine: what is not signed or not as its contract says is refused, and jobs run as `start` runs them. */
export async function startFakeBatch(options: FakeBatchOptions): Promise<FakeBatch> {
  const jobs = new BatchJobs(options.start);
  const faults: Fault[] = [];
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const fault = faults.shift();
    answer(request, fault, options, jobs, requests).then(
      (answered) => (fault?.kind === "lose" ? request.socket.destroy() : send(response, answered)),
      (error) => send(response, { status: 599, body: { message: String(error) } }),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ jobs, requests },
    next: (fault) => void faults.push(fault),
    stop: async () => {
      await jobs.stopAll();
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(
  request: IncomingMessage,
  fault: Fault | undefined,
  options: FakeBatchOptions,
  jobs: BatchJobs,
  requests: string[],
): Promise<Answer> {
  const body = Buffer.concat(await request.toArray()).toString("utf8");
  const operation = OPERATIONS[request.url as keyof typeof OPERATIONS];
  if (operation === undefined || request.method !== "POST")
    return { status: 404, body: { message: "no such operation" } };
  requests.push(operation);
  const signed = { method: request.method, path: request.url ?? "", headers: request.headers, body };
  const expected = { service: "batch", regions: options.regions, now: Date.now() };
  const problem = signatureProblem(signed, options.key, expected);
  if (problem !== null) return refused(403, problem);
  const isJson = request.headers["content-type"] === "application/json";
  if (!isJson) return refused(400, { code: "ClientException", message: "the content type is application/json" });
  const input: unknown = JSON.parse(body);
  const check = await contractCheck("aws-batch.schema.json", `${operation}Request`);
  const departures = check?.(input) ?? [];
  if (departures.length > 0) return client(`the contract forbids ${departures.join(", ")}`);
  if (fault !== undefined && fault.kind !== "lose") return answerOf(fault);
  return perform(operation, input, options, jobs);
}

async function perform(
  operation: (typeof OPERATIONS)[keyof typeof OPERATIONS],
  input: unknown,
  options: FakeBatchOptions,
  jobs: BatchJobs,
): Promise<Answer> {
  switch (operation) {
    case "SubmitJob":
      return parsed(submitJobSchema, input, async (job) => {
        const [definition = ""] = job.jobDefinition.split(":");
        if (!options.queues.includes(job.jobQueue)) return client(`Job queue ${job.jobQueue} does not exist.`);
        if (!options.definitions.includes(definition)) return client(`${definition} is not a valid job definition.`);
        const problem = options.platform === "fargate" ? sizeProblem(job) : null;
        if (problem !== null) return client(problem);
        return {
          status: 200,
          body: { jobId: await jobs.submit(job), jobName: job.jobName, jobArn: "arn:aws:batch:job" },
        };
      });
    case "DescribeJobs":
      return parsed(describeJobsSchema, input, async (ids) => ({
        status: 200,
        body: { jobs: jobs.describe(ids.jobs) },
      }));
    case "TerminateJob":
      return parsed(terminateJobSchema, input, async ({ jobId, reason }) =>
        jobs.terminate(jobId, reason) ? { status: 200, body: {} } : client(`Job ${jobId} does not exist.`),
      );
    default:
      return operation satisfies never;
  }
}

async function parsed<T>(schema: z.ZodType<T>, input: unknown, then: (value: T) => Promise<Answer>): Promise<Answer> {
  const result = schema.safeParse(input);
  if (result.success) return then(result.data);
  return client(result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
}

function answerOf(fault: Exclude<Fault, { kind: "lose" }>): Answer {
  switch (fault.kind) {
    case "throttle": {
      const headers = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
      return { ...refused(429, { code: "TooManyRequestsException", message: "Too Many Requests" }), headers };
    }
    case "refuse":
      return refused(fault.status, fault);
    case "fail":
      return refused(fault.status, { code: "ServerException", message: "internal error" });
    default:
      return fault satisfies never;
  }
}

const client = (message: string) => refused(400, { code: "ClientException", message });

function refused(status: number, { code, message }: Refusal): Answer {
  // The message of a refusal is in the body, the name of the error in a header.
  return { status, body: { message, __type: code } };
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const type = (body as { __type?: string }).__type;
  const named = type === undefined ? {} : { "x-amzn-errortype": `${type}:http://internal.amazon.com/coral/` };
  response.writeHead(status, { "content-type": "application/json", ...named, ...headers });
  response.end(JSON.stringify(body));
}
