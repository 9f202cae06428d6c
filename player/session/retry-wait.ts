/** Between two attempts where the server names no time; spread, so that pages do not come back together. */
const RETRY_MS = 5000;

type RefusedAnswer = { readonly status: number; readonly retryAfterSeconds: number | null };

/**
 * How long to wait before a request is repeated, in milliseconds; null where its refusal is final. `answer` is null
 * where nothing answered, `random` from 0 to 1.
 */
export function retryWaitMs(answer: RefusedAnswer | null, random: number): number | null {
  const seconds = answer?.retryAfterSeconds ?? 0;
  if (seconds > 0) return seconds * 1000;
  const passes = answer === null || answer.status === 429 || answer.status >= 500;
  return passes ? RETRY_MS * (0.5 + random) : null;
}
