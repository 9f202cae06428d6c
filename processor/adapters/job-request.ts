import { z } from "zod";
import { JobServiceError } from "./job-client-errors.ts";

/** Waiting doubles from `firstMs` up to `longestMs`, until so many tries have failed. */
export type RetryRule = { readonly tries: number; readonly firstMs: number; readonly longestMs: number };

export const ONE_TRY: RetryRule = { tries: 1, firstMs: 0, longestMs: 0 };
/** About 4 seconds: calls that are repeated anyway. */
export const SHORT: RetryRule = { tries: 4, firstMs: 500, longestMs: 2_000 };
/** About 3 minutes: a restart of the Worker must not cost the work of an hour. */
export const PATIENT: RetryRule = { tries: 16, firstMs: 500, longestMs: 15_000 };

export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

export type JobRequest = {
  readonly url: string;
  readonly token: string;
  readonly body: unknown;
  readonly retry: RetryRule;
  readonly signal: AbortSignal;
  readonly sleep: Sleep;
  readonly fetch?: typeof fetch;
};

/** Refused for good: no retry changes it. `code` and `detail` are those of problem details. */
export type RefusedReply = {
  readonly kind: "refused";
  readonly status: number;
  readonly code: string | null;
  readonly detail: string | null;
  readonly cause: string;
};

/** Null for 204. */
export type Reply = { readonly kind: "reply"; readonly value: unknown } | RefusedReply;

/** No call of the protocol takes the Worker longer. */
const REPLY_MS = 15_000;
/** Replies are work orders and keys; anything larger does not come from our Worker. */
const LARGEST_REPLY = 1 << 20;

const problemSchema = z.object({ code: z.string(), detail: z.string().nullable().default(null) });

type Again = { readonly kind: "again"; readonly error: JobServiceError; readonly waitMs: number };

/** Posts JSON. Tries again after network faults, 408, 429, 5xx and a concurrent change. */
export async function requestJson(request: JobRequest): Promise<Reply> {
  const { retry, signal, sleep } = request;
  for (let tried = 1; ; tried += 1) {
    const result = await tryOnce(request);
    if (result.kind !== "again") return result;
    if (tried >= retry.tries) throw result.error;
    const waitMs = Math.min(retry.longestMs, retry.firstMs * 2 ** (tried - 1));
    await sleep(Math.max(waitMs, Math.min(result.waitMs, retry.longestMs)), signal);
  }
}

async function tryOnce(request: JobRequest): Promise<Reply | Again> {
  request.signal.throwIfAborted();
  const send = request.fetch ?? fetch;
  let response: Response;
  let text: string;
  try {
    response = await send(request.url, {
      method: "POST",
      headers: { authorization: `Bearer ${request.token}`, "content-type": "application/json" },
      body: JSON.stringify(request.body),
      // A redirect would carry the credential to another address.
      redirect: "error",
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(REPLY_MS)]),
    });
    text = await response.text();
  } catch (cause) {
    request.signal.throwIfAborted();
    return again("The video service could not be reached.", 0, { cause });
  }
  return judge(response, text);
}

function judge(response: Response, text: string): Reply | Again {
  const { status } = response;
  if (status === 204) return { kind: "reply", value: null };
  if (response.ok) return { kind: "reply", value: parseReply(text) };
  const cause = `${status} ${text.slice(0, 500)}`;
  const { code, detail } = problemOf(text);
  const conflicts = status === 409 && (code === "conflict" || code === "not-ready");
  if (conflicts || status === 429 || status === 408 || status >= 500)
    return again("The video service did not answer properly.", retryAfterMs(response), { cause });
  return { kind: "refused", status, code, detail, cause };
}

/** Nulls where the text is not a problem document. */
function problemOf(text: string): { readonly code: string | null; readonly detail: string | null } {
  try {
    return problemSchema.parse(JSON.parse(text));
  } catch {
    return { code: null, detail: null };
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

function again(message: string, waitMs: number, options: { cause: unknown }): Again {
  return { kind: "again", error: new JobServiceError(message, options), waitMs };
}

function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get("retry-after") ?? "0");
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}
