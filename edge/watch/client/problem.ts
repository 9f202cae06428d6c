/** A refusal in words: the status, and the title and code of the problem document (RFC 9457) if there was one. */
export type Refusal = { readonly status: number; readonly title: string; readonly code: string | null };

/** Status 0 stands for a request that got no answer. */
export function readRefusal(status: number, body: string): Refusal {
  const fallback = status === 0 ? "No response from the server" : `The server responded with ${status}`;
  const problem = readProblem(body);
  return { status, title: textOf(problem.title) ?? fallback, code: textOf(problem.code) };
}

/** The text of hls.js's network details; a key is asked for as bytes, so its refusal comes as bytes too. */
export function bodyOf(details: unknown): string {
  if (!(details instanceof XMLHttpRequest)) return "";
  const body: unknown = details.response;
  return body instanceof ArrayBuffer ? new TextDecoder().decode(body) : String(body ?? "");
}

/**
 * Whether another token cures a refusal. 401: the play session is over. 410: the video was made anew, or deleted. But a
 * session that was ended for a newer one of its viewer stays so, or two pages would end each other's for ever.
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
