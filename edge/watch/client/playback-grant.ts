import { type Refusal, readRefusal } from "./problem.ts";

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

/** Requests a token. Throws only if `signal` is aborted. */
export async function requestGrant(viewer: ViewerKind, part: Part, signal: AbortSignal): Promise<GrantOutcome> {
  try {
    const reply = await fetch(ROUTE_OF[viewer], {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(part),
      signal,
    });
    if (!reply.ok) return { kind: "refused", refusal: readRefusal(reply.status, await reply.text()) };
    return { kind: "granted", grant: (await reply.json()) as Grant };
  } catch {
    signal.throwIfAborted();
    return { kind: "refused", refusal: readRefusal(0, "") };
  }
}
