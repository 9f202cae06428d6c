import { UnexpectedAnswer } from "../../client/call.ts";
import { JobServiceError } from "./job-client-errors.ts";

/** Waiting doubles from `firstMs` up to `longestMs`, until so many tries have failed. */
export type RetryRule = { readonly tries: number; readonly firstMs: number; readonly longestMs: number };

export const ONE_TRY: RetryRule = { tries: 1, firstMs: 0, longestMs: 0 };
/** About 4 seconds: calls that are repeated anyway. */
export const SHORT: RetryRule = { tries: 4, firstMs: 500, longestMs: 2_000 };
/** About 3 minutes: a restart of the Worker must not cost the work of an hour. */
export const PATIENT: RetryRule = { tries: 16, firstMs: 500, longestMs: 15_000 };

export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

type Retrying = { readonly retry: RetryRule; readonly signal: AbortSignal; readonly sleep: Sleep };

/** Refused for good: no retry changes it. `code` and `detail` are those of problem details. */
export type RefusedReply = {
  readonly kind: "refused";
  readonly status: number;
  readonly code: string | null;
  readonly detail: string | null;
  readonly cause: string;
};

export type Reply<Body> = { readonly kind: "reply"; readonly value: Body } | RefusedReply;

/** What the client returns. */
export type CallResult<Body> =
  | { readonly ok: true; readonly body: Body }
  | {
      readonly ok: false;
      readonly status: number;
      readonly problem: { readonly code: string; readonly detail?: string | undefined };
      readonly retryAfterSeconds: number | null;
    };

type Again = { readonly kind: "again"; readonly error: JobServiceError; readonly waitMs: number };

/** Calls the service. Tries again after network faults, 408, 429, 5xx and a concurrent change. */
export async function retriedCall<Body>(
  call: (signal: AbortSignal) => Promise<CallResult<Body>>,
  { retry, signal, sleep }: Retrying,
): Promise<Reply<Body>> {
  for (let tried = 1; ; tried += 1) {
    const result = await tryOnce(call, signal);
    if (result.kind !== "again") return result;
    if (tried >= retry.tries) throw result.error;
    const waitMs = Math.min(retry.longestMs, retry.firstMs * 2 ** (tried - 1));
    await sleep(Math.max(waitMs, Math.min(result.waitMs, retry.longestMs)), signal);
  }
}

async function tryOnce<Body>(
  call: (signal: AbortSignal) => Promise<CallResult<Body>>,
  signal: AbortSignal,
): Promise<Reply<Body> | Again> {
  signal.throwIfAborted();
  try {
    const result = await call(signal);
    if (result.ok) return { kind: "reply", value: result.body };
    const { status, problem, retryAfterSeconds } = result;
    const { code, detail = null } = problem;
    return judge({ status, code, detail, cause: `${status} ${JSON.stringify(problem)}` }, retryAfterSeconds);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof JobServiceError) throw cause;
    if (!(cause instanceof UnexpectedAnswer))
      return again("The video service could not be reached.", 0, { cause, isUnreachable: true });
    const { status, excerpt, retryAfterSeconds } = cause;
    if (status >= 200 && status < 300)
      throw new JobServiceError("The video service gave a reply that is not JSON. Is LADDERLOCK_URL its address?");
    return judge({ status, code: null, detail: null, cause: `${status} ${excerpt}` }, retryAfterSeconds);
  }
}

function judge(refused: Omit<RefusedReply, "kind">, retryAfterSeconds: number | null): RefusedReply | Again {
  const { status, code, cause } = refused;
  const conflicts = status === 409 && (code === "conflict" || code === "not-ready");
  if (conflicts || status === 429 || status === 408 || status >= 500)
    return again("The video service did not answer properly.", (retryAfterSeconds ?? 0) * 1000, { cause });
  return { kind: "refused", ...refused };
}

function again(message: string, waitMs: number, options: { cause: unknown; isUnreachable?: true }): Again {
  return { kind: "again", error: new JobServiceError(message, options), waitMs };
}
