/** A refusal as text: the status, and the title and code of the problem document (RFC 9457) if present. */
export type Refusal = { readonly status: number; readonly title: string; readonly code: string | null };

/** Status 0: the request got no response. */
export function readRefusal(status: number, body: string): Refusal {
  const fallback = status === 0 ? "No response from the server" : `The server responded with ${status}`;
  const problem = readProblem(body);
  return { status, title: textOf(problem.title) ?? fallback, code: textOf(problem.code) };
}

/** The text of hls.js's network details; keys are fetched as bytes, and so are their refusals. */
export function bodyOf(details: unknown): string {
  if (!(details instanceof XMLHttpRequest)) return "";
  const body: unknown = details.response;
  return body instanceof ArrayBuffer ? new TextDecoder().decode(body) : String(body ?? "");
}

/** The address of hls.js's network details; empty where there was no response. */
export function urlOf(details: unknown): string {
  if (details instanceof XMLHttpRequest) return details.responseURL;
  return details instanceof Response ? details.url : "";
}

/**
 * Whether another token helps. 401: the play session is over. 410: the video was replaced or deleted. A session that a
 * newer one has ended stays ended, or two pages would end each other's forever.
 */
export function needsNewToken({ status, code }: Refusal): boolean {
  if (code === "session-ended") return false;
  return status === 401 || status === 410 || code === "session-elsewhere";
}

function readProblem(body: string): { readonly title?: unknown; readonly code?: unknown } {
  try {
    const problem: unknown = JSON.parse(body);
    return typeof problem === "object" && problem !== null ? problem : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
