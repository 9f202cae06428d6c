import type { AttemptResult } from "../../shared/domain/webhooks/webhook-delivery.ts";
import { readRetryAfter } from "../http/read-retry-after.ts";

/** The used part of `fetch`. */
export type SendRequest = (url: string, init: RequestInit) => Promise<Response>;

export type SignedWebhook = {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** Of a response body; the rest is not read. */
const MOST_RESPONSE_BYTES = 4096;
const LONGEST_EXCERPT = 500;
const LONGEST_ERROR = 200;

/** One attempt: a POST that follows no redirect. Whatever happens is a result. `signal` ends it, the body included. */
export async function sendWebhook(
  send: SendRequest,
  { url, body, headers }: SignedWebhook,
  signal: AbortSignal,
  now: number,
): Promise<AttemptResult> {
  try {
    const response = await send(url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "ladderlock-webhooks", ...headers },
      body,
      redirect: "manual",
      signal,
    });
    const excerpt = await excerptOf(response);
    const retryAfterSeconds = readRetryAfter(response.headers.get("retry-after"), now);
    return { status: response.status, error: null, excerpt, retryAfterSeconds };
  } catch (error) {
    return { status: null, error: reasonOf(error, signal), excerpt: null, retryAfterSeconds: null };
  }
}

/** The start of the body, as far as it came. */
async function excerptOf({ body }: Response): Promise<string | null> {
  if (body === null) return null;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let bytes = 0; bytes < MOST_RESPONSE_BYTES; ) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.byteLength;
      text += decoder.decode(value.subarray(0, MOST_RESPONSE_BYTES), { stream: true });
    }
  } catch {
    // The connection broke or the time is over: the status counts, and what came of the body shows why it has no end.
  }
  // Not awaited: an endpoint that sends without end would hold the attempt.
  reader.cancel().catch(() => {});
  return visible(text, LONGEST_EXCERPT);
}

/** Without what moves cursors and directions in a terminal or on a page. */
function visible(text: string, longest: number): string | null {
  const shown = text.replaceAll(/[\p{C}\u2028\u2029]+/gu, " ").trim();
  return shown === "" ? null : [...shown].slice(0, longest).join("");
}

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "no response in time";
  const { message } = error as Error;
  return visible(message, LONGEST_ERROR) ?? "the connection failed";
}
