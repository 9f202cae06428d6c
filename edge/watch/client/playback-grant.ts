import { createClient, type IssuedToken, UnexpectedAnswer } from "../../../client/index.ts";
import { type Refusal, readRefusal } from "../../../player/session/problem.ts";
import { retryWaitMs } from "../../../player/session/retry-wait.ts";

export type ViewerKind = "anonymous" | "subscriber";

export type Part = { readonly videoPostId: string; readonly fileIndex: number };

/** A token's qualities and the start of playback. */
export type Grant = IssuedToken;

/** What a player starts with. Without a token it plays clear renditions, whose playlists have their own. */
export type Start = {
  readonly masterUrl: string;
  readonly qualities: readonly string[];
  readonly token: string | null;
};

export type GrantOutcome =
  | { readonly kind: "granted"; readonly grant: Grant }
  | { readonly kind: "refused"; readonly refusal: Refusal };

const client = createClient({ baseUrl: "" });

/** With waits of 1 to 8 seconds, less than a minute. */
const MOST_ATTEMPTS = 10;

/**
 * Requests a token, again where the server or the network fails for a moment. `onWait` is called before each wait.
 * Throws only if `signal` is aborted. The subscriber's route exists only where DEMO_VIEWERS is enabled; a real site
 * requests tokens for its own viewers.
 */
export async function requestGrant(
  viewer: ViewerKind,
  part: Part,
  signal: AbortSignal,
  onWait: (refusal: Refusal) => void,
): Promise<GrantOutcome> {
  for (let attempt = 1; ; attempt++) {
    const { outcome, waitMs } = await requestOnce(viewer, part, signal);
    if (outcome.kind === "granted" || waitMs === null || attempt === MOST_ATTEMPTS) return outcome;
    onWait(outcome.refusal);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    signal.throwIfAborted();
  }
}

type Attempt = { readonly outcome: GrantOutcome; readonly waitMs: number | null };

async function requestOnce(viewer: ViewerKind, part: Part, signal: AbortSignal): Promise<Attempt> {
  const ask = viewer === "subscriber" ? client.issueDemoToken : client.issueViewerToken;
  try {
    const result = await ask({ body: part }, { signal });
    if (result.ok) return { outcome: { kind: "granted", grant: result.body }, waitMs: null };
    const { status, problem } = result;
    const refusal = { status, title: problem.title, code: problem.code };
    return { outcome: { kind: "refused", refusal }, waitMs: retryWaitMs(result, Math.random()) };
  } catch (error) {
    signal.throwIfAborted();
    const answer = error instanceof UnexpectedAnswer ? error : null;
    const refusal = readRefusal(answer?.status ?? 0, "");
    return { outcome: { kind: "refused", refusal }, waitMs: retryWaitMs(answer, Math.random()) };
  }
}
