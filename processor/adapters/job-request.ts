import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { JobServiceError, LeaseLostError } from "./job-client-errors.ts";

/** Waiting doubles from `firstMs` up to `longestMs`, until so many tries have failed. */
export type RetryRule = { readonly tries: number; readonly firstMs: number; readonly longestMs: number };

export const ONE_TRY: RetryRule = { tries: 1, firstMs: 0, longestMs: 0 };
/** About 4 seconds: calls that come again by themselves. */
export const SHORT: RetryRule = { tries: 4, firstMs: 500, longestMs: 2_000 };
/** About 3 minutes: a restart of the Worker must not cost the work of an hour. */
export const PATIENT: RetryRule = { tries: 16, firstMs: 500, longestMs: 15_000 };

export type JobRequest = {
  readonly url: string;
  readonly token: string;
  readonly body: unknown;
  /** Whether the call is about a held job: then a refusal means that it is held no more. */
  readonly held: boolean;
  readonly retry: RetryRule;
  readonly signal: AbortSignal;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** Nothing that is asked here takes the Worker longer. */
const REPLY_MS = 15_000;
/** Replies are work orders and keys; anything larger does not come from our Worker. */
const LARGEST_REPLY = 1 << 20;

const problemSchema = z.object({ code: z.string() });

type Try =
  | { readonly kind: "reply"; readonly value: unknown }
  | { readonly kind: "again"; readonly error: JobServiceError; readonly waitMs: number };

/** Posts JSON and gives the JSON of the reply, null for 204. Tries again after network faults, 429 and 5xx. */
export async function requestJson(request: JobRequest): Promise<unknown> {
  const { retry, signal, sleep = abortableSleep } = request;
  for (let tried = 1; ; tried += 1) {
    const result = await tryOnce(request);
    if (result.kind === "reply") return result.value;
    if (tried >= retry.tries) throw result.error;
    const waitMs = Math.min(retry.longestMs, retry.firstMs * 2 ** (tried - 1));
    await sleep(Math.max(waitMs, Math.min(result.waitMs, retry.longestMs)), signal);
  }
}

export async function abortableSleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal });
}

async function tryOnce(request: JobRequest): Promise<Try> {
  request.signal.throwIfAborted();
  let response: Response;
  let text: string;
  try {
    response = await fetch(request.url, {
      method: "POST",
      headers: { authorization: `Bearer ${request.token}`, "content-type": "application/json" },
      body: JSON.stringify(request.body),
      // A redirect would carry the credential to wherever it points.
      redirect: "error",
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(REPLY_MS)]),
    });
    text = await response.text();
  } catch (cause) {
    request.signal.throwIfAborted();
    return again("The video service could not be reached.", 0, { cause });
  }
  return judge(request, response, text);
}

function judge(request: JobRequest, response: Response, text: string): Try {
  const { status } = response;
  if (status === 204) return { kind: "reply", value: null };
  if (response.ok) return { kind: "reply", value: parseReply(text) };
  const cause = `${status} ${text.slice(0, 500)}`;
  const code = status === 409 ? problemCode(text) : null;
  const passing = code === "conflict" || code === "not-ready" || status === 429 || status === 408 || status >= 500;
  if (passing) return again("The video service did not answer properly.", retryAfterMs(response), { cause });
  if (request.held && meansLost(status, code)) {
    throw new LeaseLostError(`the Worker answered ${status} to ${routeOf(request.url)}`, { cause });
  }
  const hint = status === 401 || status === 403 ? " Is PROCESSOR_TOKEN the same on both sides?" : "";
  const message = `The video service refused ${routeOf(request.url)} with ${status}.${hint}`;
  throw new JobServiceError(message, { cause, refusedWith: status });
}

/** 409 stands for other things too, which its problem code names: only those leave the job ours. */
function meansLost(status: number, code: string | null): boolean {
  if (status === 409) return code === null || code === "lease-lost";
  return [401, 403, 404, 410].includes(status);
}

/** The `code` of problem details; null when there is none to read. */
function problemCode(text: string): string | null {
  try {
    const parsed = problemSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.code : null;
  } catch {
    return null;
  }
}

function parseReply(text: string): unknown {
  if (text.length > LARGEST_REPLY) throw new JobServiceError("The video service gave a reply that is too large.");
  try {
    return JSON.parse(text);
  } catch {
    throw new JobServiceError("The video service gave a reply that is not JSON. Is LADDERLOCK_URL its address?");
  }
}

function again(message: string, waitMs: number, options: { cause: unknown }): Try {
  return { kind: "again", error: new JobServiceError(message, options), waitMs };
}

function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get("retry-after") ?? "0");
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

function routeOf(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}
