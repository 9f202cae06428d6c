/** Between two attempts where the server names no time; spread, so that pages do not come back together. */
const RETRY_MS = 5000;

/**
 * How long to wait before a request is repeated, in milliseconds; null where its refusal is final. `response` is null
 * where nothing answered, `random` from 0 to 1.
 */
export function retryWaitMs(response: Pick<Response, "status" | "headers"> | null, random: number): number | null {
  const seconds = Number(response?.headers.get("retry-after") ?? 0);
  if (seconds > 0) return seconds * 1000;
  const passes = response === null || response.status === 429 || response.status >= 500;
  return passes ? RETRY_MS * (0.5 + random) : null;
}
