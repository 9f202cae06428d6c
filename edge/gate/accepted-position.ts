import type { Later } from "./freshness.ts";
import type { RevocationFeedReader } from "./revocation-feed.ts";

/**
 * The position of the feed when the sender of a request was accepted; "away" while the feed cannot be read. A token that
 * is issued to the sender records no later one: the body may arrive after the sender was revoked.
 */
export type AcceptedPosition = number | "away";

type Feed = Pick<RevocationFeedReader, "isReady" | "ready" | "position">;

/** Before the sender is accepted; undefined where the feed has to be read first. */
export function positionBefore(feed: Feed): number | undefined {
  return feed.isReady() ? feed.position() : undefined;
}

/** For a sender who is accepted without waiting for the feed. */
export async function acceptedPosition(feed: Feed, later: Later): Promise<AcceptedPosition> {
  return (await feed.ready(later)) === "away" ? "away" : feed.position();
}
