import { methodsOf } from "../../client/call.ts";
import { type IssuedToken, UnexpectedAnswer } from "../../client/index.ts";
import type { Operations } from "../../client/operations.ts";
import { type Refusal, readRefusal } from "../session/problem.ts";
import { retryWaitMs } from "../session/retry-wait.ts";
import type { Part } from "./grant.ts";

/** No token was issued. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.title);
    this.refusal = refusal;
  }
}

/** With waits of 2.5 to 7.5 seconds, or as long as the server says. */
const MOST_ATTEMPTS = 10;

/** Of the client's table, the one operation that a player calls. */
type Issue = Pick<Operations, "issueViewerToken">;
const ISSUE = { issueViewerToken: { method: "POST", path: "/video/enc/token" } } as const;

/**
 * A token for an anonymous viewer, or for the viewer of a JWT. Repeats where the server or the network fails for a
 * moment. Rejects with a TokenRefused, or with the reason of `signal`.
 */
export async function requestGrant(
  server: string,
  part: Part,
  viewerToken: string | undefined,
  signal: AbortSignal,
): Promise<IssuedToken> {
  const { issueViewerToken } = methodsOf<Issue>(ISSUE, { baseUrl: server, token: viewerToken });
  for (let attempt = 1; ; attempt++) {
    let refusal: Refusal;
    let waitMs: number | null;
    try {
      const result = await issueViewerToken({ body: part }, { signal });
      if (result.ok) return result.body;
      const { status, problem } = result;
      refusal = { status, title: problem.title, code: problem.code };
      waitMs = retryWaitMs(result, Math.random());
    } catch (error) {
      signal.throwIfAborted();
      const answer = error instanceof UnexpectedAnswer ? error : null;
      refusal = readRefusal(answer?.status ?? 0, "");
      waitMs = retryWaitMs(answer, Math.random());
    }
    if (waitMs === null || attempt === MOST_ATTEMPTS) throw new TokenRefused(refusal);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    signal.throwIfAborted();
  }
}
