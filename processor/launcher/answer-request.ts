import { createHash, timingSafeEqual } from "node:crypto";
import {
  LAUNCHES_PER_REQUEST,
  launchIdSchema,
  launchRequestSchema,
} from "../../shared/application/protocols/local-launcher-protocol.ts";
import type { LaunchOutcome, RunList } from "./run-list.ts";

export type LauncherRequest = {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly authorization: string | null;
  /** Null where it is larger than a launch can be. */
  readonly body: string | null;
};

export type LauncherAnswer = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Until a process may have ended. */
const RETRY_AFTER_SECONDS = "10";

/** Answers a request to the launcher; nothing is read of one without the token. */
export function answerRequest(request: LauncherRequest, runs: RunList, token: string): LauncherAnswer {
  if (!isToken(request.authorization, token)) {
    return refusal(401, "credentials-invalid", "Send LOCAL_LAUNCHER_TOKEN as bearer token.", {
      "www-authenticate": "Bearer",
    });
  }
  if (!URL.canParse(request.target, "http://launcher")) return refusal(404, "not-found", "There is no such path.");
  const { pathname, searchParams } = new URL(request.target, "http://launcher");
  const names = [...new Set(searchParams.keys())];
  const takesIds = pathname === "/launches" && request.method === "GET";
  const unknown = names.filter((name) => !(takesIds && name === "launchId"));
  if (unknown.length > 0) return invalid(`There is no query parameter ${unknown.join(", ")}.`);
  if (pathname === "/launches") {
    if (request.method === "POST") return launch(request.body, runs);
    if (request.method === "GET") return list(searchParams.getAll("launchId"), runs);
    return wrongMethod("GET, POST");
  }
  const [, launchId] = /^\/launches\/([^/]+)$/.exec(pathname) ?? [];
  if (launchId === undefined) return refusal(404, "not-found", "There is no such path.");
  if (request.method !== "DELETE") return wrongMethod("DELETE");
  const stopped = runs.stop(launchId);
  return stopped === null
    ? refusal(404, "not-found", "This launcher has not started such a run, or has forgotten it.")
    : { status: 202, body: stopped };
}

/** Compared as digests: the time says nothing of the token. */
function isToken(authorization: string | null, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(authorization ?? ""), digest(`Bearer ${token}`));
}

function launch(body: string | null, runs: RunList): LauncherAnswer {
  if (body === null) return refusal(413, "body-too-large", "A launch is a launchId and a jobId.");
  const json = parsed(body);
  if (json === undefined) return refusal(400, "malformed-json", "The body must be JSON.");
  const request = launchRequestSchema.safeParse(json);
  if (!request.success) {
    const problems = request.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
    return invalid(problems.join("; "));
  }
  return answerOf(runs.launch(request.data));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answerOf(outcome: LaunchOutcome): LauncherAnswer {
  switch (outcome.kind) {
    case "started":
      return { status: 201, body: outcome.run };
    case "known":
      return { status: 200, body: outcome.run };
    case "other-job":
      return refusal(409, "conflict", "This launchId names another job.");
    case "full":
      return refusal(503, "capacity", "LAUNCHER_MAX_PROCESSES runs are running.", {
        "retry-after": RETRY_AFTER_SECONDS,
      });
    case "stopping":
      return refusal(503, "capacity", "The launcher stops.", { "retry-after": RETRY_AFTER_SECONDS });
    default:
      return outcome satisfies never;
  }
}

function list(launchIds: readonly string[], runs: RunList): LauncherAnswer {
  if (launchIds.length === 0) return { status: 200, body: { runs: runs.all() } };
  if (launchIds.length > LAUNCHES_PER_REQUEST) return invalid(`Name at most ${LAUNCHES_PER_REQUEST} launchIds.`);
  if (!launchIds.every((launchId) => launchIdSchema.safeParse(launchId).success)) {
    return invalid("A launchId has letters, digits, - and _, and at most 100 of them.");
  }
  const found = launchIds.map((launchId) => runs.find(launchId)).filter((run) => run !== null);
  return { status: 200, body: { runs: found } };
}

const invalid = (detail: string) => refusal(422, "invalid", detail);

const wrongMethod = (allow: string) => refusal(405, "method-not-allowed", `Allowed: ${allow}.`, { allow });

function refusal(
  status: number,
  code: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): LauncherAnswer {
  return { status, body: { status, code, detail }, headers };
}
