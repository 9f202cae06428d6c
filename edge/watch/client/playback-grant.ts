import { type Refusal, readRefusal } from "./problem.ts";
import { retryWaitMs } from "./retry-wait.ts";

export type ViewerKind = "anonymous" | "subscriber";

export type Part = { readonly videoPostId: string; readonly fileIndex: number };

/** A token's qualities and the start of playback. */
export type Grant = {
  readonly token: string;
  readonly qualities: readonly string[];
  readonly masterUrl: string;
};

export type GrantOutcome =
  | { readonly kind: "granted"; readonly grant: Grant }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * The subscriber's route exists only where DEMO_VIEWERS is enabled; a real site requests tokens for its own viewers.
 */
const ROUTE_OF: Record<ViewerKind, string> = {
  anonymous: "/video/enc/token",
  subscriber: "/demo/subscriber-token",
};

/** With waits of 1 to 8 seconds, less than a minute. */
const MOST_ATTEMPTS = 10;

/**
 * Requests a token, again where the server or the network fails for a moment. `onWait` is called before each wait.
 * Throws only if `signal` is aborted.
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
  try {
    const reply = await fetch(ROUTE_OF[viewer], {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(part),
      signal,
    });
    if (reply.ok) return { outcome: { kind: "granted", grant: (await reply.json()) as Grant }, waitMs: null };
    const refusal = readRefusal(reply.status, await reply.text());
    return { outcome: { kind: "refused", refusal }, waitMs: retryWaitMs(reply, Math.random()) };
  } catch {
    signal.throwIfAborted();
    return { outcome: { kind: "refused", refusal: readRefusal(0, "") }, waitMs: retryWaitMs(null, Math.random()) };
  }
}
