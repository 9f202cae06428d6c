/** A refusal in words: the status, and the title of the problem document (RFC 9457) if there was one. */
export type Refusal = { readonly status: number; readonly title: string };

/** Status 0 stands for a request that got no answer. */
export function readRefusal(status: number, body: string): Refusal {
  const fallback = status === 0 ? "No answer from the server" : `The server answered ${status}`;
  return { status, title: problemTitle(body) ?? fallback };
}

function problemTitle(body: string): string | null {
  try {
    const problem: unknown = JSON.parse(body);
    const title = typeof problem === "object" && problem !== null && "title" in problem ? problem.title : null;
    return typeof title === "string" ? title : null;
  } catch {
    return null;
  }
}
