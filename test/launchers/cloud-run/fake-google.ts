import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceAccountKey } from "../../../edge/settings/launchers/cloud-run-settings.ts";
import type { Container, StartContainer } from "../containers.ts";
import { contractCheck } from "../contract-files.ts";
import { type FakeHttp, type PlatformAnswer, type PlatformRequest, startFakeHttp } from "../fake-http.ts";
import { areClaims, type RunRequest, readRunRequest } from "./run-facts.ts";

/* Google's token endpoint and the Cloud Run Admin API with one job in two regions: an execution really runs. */

export const GOOGLE_PROJECT = "ladderlock-test";
export const CLOUD_RUN_JOB = "ladderlock";
export const CLOUD_RUN_REGIONS = ["europe-west4", "us-central1"] as const;

const ACCOUNT = "launcher@ladderlock-test.iam.gserviceaccount.com";
const TOKEN_SECONDS = 3599;

// biome-ignore lint/suspicious/noExplicitAny: a job as the manifest has it, which tests change in places.
type Job = any;

type FakeExecution = {
  readonly name: string;
  readonly request: RunRequest;
  readonly container: Container | null;
  state: "waiting" | "running" | "cancelling" | "ended";
  exitCode: number | null;
};

export type FakeGoogle = FakeHttp & {
  readonly key: ServiceAccountKey;
  readonly executions: readonly FakeExecution[];
  /** The job of every region, as it is now. */
  readonly job: Job;
  readonly fullRegions: Set<string>;
  /** Operations name their execution only when they are asked again. */
  namesLater: boolean;
  /** New executions wait while this is set. */
  startsNothing: boolean;
};

export function manifestOfJob(): Job {
  return JSON.parse(readFileSync(join(import.meta.dirname, "../../../infra/cloud-run/job.json"), "utf8"));
}

export async function startFakeGoogle(start: StartContainer, now: () => number = Date.now): Promise<FakeGoogle> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const tokens = new Map<string, number>();
  const executions: FakeExecution[] = [];
  const ofContract = await contractCheck("cloud-run-v2.schema.json", "google.cloud.run.v2.RunJobRequest");

  function grant({ body }: PlatformRequest): PlatformAnswer {
    const { grant_type: type, assertion = "" } = body as Record<string, string>;
    const isGrant = type === "urn:ietf:params:oauth:grant-type:jwt-bearer";
    const expected = { iss: ACCOUNT, aud: `${google.origin}/token`, now: now() };
    if (!isGrant || !isSigned(assertion, publicKey) || !areClaims(claimsOf(assertion), expected)) {
      return { status: 400, body: { error: "invalid_grant", error_description: "Invalid JWT Signature." } };
    }
    const token = `ya29.${randomBytes(24).toString("base64url")}`;
    tokens.set(token, now() + TOKEN_SECONDS * 1000);
    return { status: 200, body: { access_token: token, expires_in: TOKEN_SECONDS, token_type: "Bearer" } };
  }

  async function run(jobName: string, region: string, body: unknown): Promise<PlatformAnswer> {
    const broken = ofContract?.({ ...(body as object), name: jobName }) ?? [];
    if (broken.length > 0) return failure(400, "INVALID_ARGUMENT", `Invalid JSON payload: ${broken.join(", ")}`);
    const request = readRunRequest(body, google.job.template.template);
    if (typeof request === "string") return failure(400, "INVALID_ARGUMENT", request);
    if (google.fullRegions.has(region)) return failure(429, "RESOURCE_EXHAUSTED", `no available capacity in ${region}`);
    const operation = `projects/${GOOGLE_PROJECT}/locations/${region}/operations/${randomBytes(8).toString("hex")}`;
    if (request.validateOnly) return { status: 200, body: { name: operation, done: true } };
    const execution = await execute(
      `${jobName}/executions/${CLOUD_RUN_JOB}-${randomBytes(3).toString("hex")}`,
      request,
    );
    operations.set(operation, execution);
    return { status: 200, body: { name: operation, ...(google.namesLater ? {} : { metadata: shown(execution) }) } };
  }

  const operations = new Map<string, FakeExecution>();

  async function execute(name: string, request: RunRequest): Promise<FakeExecution> {
    const [{ args, env }] = request.overrides.containerOverrides;
    const variables = Object.fromEntries(env.map((one) => [one.name, one.value]));
    const container = google.startsNothing ? null : await start(args, variables);
    const execution: FakeExecution = { name, request, container, state: "waiting", exitCode: null };
    executions.push(execution);
    if (container === null) return execution;
    execution.state = "running";
    container.exit.then((code) => Object.assign(execution, { state: "ended", exitCode: code ?? 137 }));
    return execution;
  }

  function cancel(execution: FakeExecution): PlatformAnswer {
    if (execution.state === "ended") return failure(400, "FAILED_PRECONDITION", "the execution has completed");
    execution.state = execution.container === null ? "ended" : "cancelling";
    execution.container?.signal("SIGTERM");
    return { status: 200, body: { name: "operations/cancel", metadata: shown(execution) } };
  }

  const server = await startFakeHttp((request) => {
    const { method, path, headers, body } = request;
    if (method === "POST" && path === "/token") return grant(request);
    const token = headers.authorization?.slice("Bearer ".length) ?? "";
    if ((tokens.get(token) ?? 0) <= now()) return failure(401, "UNAUTHENTICATED", "invalid authentication credentials");
    const [, name = "", verb] = /^\/v2\/([^:]+)(?::(\w+))?$/.exec(path) ?? [];
    const [, region = ""] = /^projects\/ladderlock-test\/locations\/([a-z0-9-]+)\//.exec(name) ?? [];
    if (!CLOUD_RUN_REGIONS.some((one) => one === region)) return failure(404, "NOT_FOUND", "no such location");
    if (name.endsWith(`/jobs/${CLOUD_RUN_JOB}`)) {
      if (method === "GET" && verb === undefined) return { status: 200, body: { name, ...google.job } };
      if (method === "POST" && verb === "run") return run(name, region, body);
    }
    const operation = operations.get(name);
    if (operation !== undefined && method === "GET") return { status: 200, body: { name, metadata: shown(operation) } };
    const execution = executions.find((one) => name === one.name || name === `${one.name}/tasks`);
    if (execution === undefined) return failure(404, "NOT_FOUND", `Resource '${name}' was not found`);
    if (method === "POST" && verb === "cancel") return cancel(execution);
    return { status: 200, body: name.endsWith("/tasks") ? tasksOf(execution) : shown(execution) };
  });

  const key: ServiceAccountKey = {
    ...{ type: "service_account", client_email: ACCOUNT, private_key_id: "k1", token_uri: `${server.origin}/token` },
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
  const job = { ...manifestOfJob(), uid: "1" };
  const google: FakeGoogle = {
    ...{ ...server, key, job, executions, fullRegions: new Set<string>(), namesLater: false, startsNothing: false },
  };
  return google;
}

function isSigned(assertion: string, publicKey: KeyObject): boolean {
  const [header = "", payload = "", signature = ""] = assertion.split(".");
  const { alg, kid } = JSON.parse(Buffer.from(header, "base64url").toString());
  const bytes = Buffer.from(`${header}.${payload}`);
  const isRight = verify(
    "RSA-SHA256",
    bytes,
    createPublicKey(publicKey.export({ type: "spki", format: "pem" })),
    Buffer.from(signature, "base64url"),
  );
  return alg === "RS256" && kid === "k1" && isRight;
}

function claimsOf(assertion: string): unknown {
  return JSON.parse(Buffer.from(assertion.split(".")[1] ?? "", "base64url").toString());
}

/** Members with their default are left out, as protobuf does. */
function shown({ name, request, state, exitCode }: FakeExecution): object {
  const [{ env }] = request.overrides.containerOverrides;
  const ended = {
    completionTime: "2026-11-27T12:10:00Z",
    ...(exitCode === 0 ? { succeededCount: 1 } : { failedCount: 1 }),
  };
  return {
    ...{ "@type": "type.googleapis.com/google.cloud.run.v2.Execution", name, job: CLOUD_RUN_JOB, taskCount: 1 },
    template: { containers: [{ image: "i", env }], maxRetries: 0 },
    ...(state === "ended" ? ended : state === "waiting" ? {} : { runningCount: 1 }),
    conditions: conditionsOf(state, exitCode),
  };
}

function conditionsOf(state: FakeExecution["state"], exitCode: number | null): object[] {
  if (state === "waiting") {
    const message = "Waiting for resources to become available";
    return [{ type: "ResourcesAvailable", state: "CONDITION_PENDING", message }];
  }
  if (state !== "ended" || exitCode === 0) return [{ type: "Started", state: "CONDITION_SUCCEEDED" }];
  const executionReason = exitCode === null ? "CANCELLED" : "NON_ZERO_EXIT_CODE";
  const message = `Task ${CLOUD_RUN_JOB}-task0 failed with message: The container exited with an error.`;
  return [{ type: "Completed", state: "CONDITION_FAILED", executionReason, message }];
}

function tasksOf({ state, exitCode }: FakeExecution): object {
  if (state !== "ended" || exitCode === null) return {};
  return { tasks: [{ lastAttemptResult: exitCode === 0 ? {} : { exitCode, status: { code: 2 } } }] };
}

function failure(code: number, status: string, message: string): PlatformAnswer {
  return { status: code, body: { error: { code, status, message } } };
}
