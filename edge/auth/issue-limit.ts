import type { Env } from "../env.ts";
import { clientNetwork } from "./client-network.ts";

/**
 * What requests are counted by. An authenticated viewer is counted by identity, so that a school or a mobile network
 * behind one address does not lock its users out. A session is counted by the token that was issued for it, everything
 * else by address.
 */
export type IssueCounter =
  | { readonly kind: "viewer"; readonly id: string }
  | { readonly kind: "token"; readonly id: string }
  | { readonly kind: "address"; readonly request: Request }
  /** By address but counted separately: page loads and wrong keys use up no token issue. */
  | { readonly kind: "page" | "api-key"; readonly request: Request };

/**
 * Whether the request exceeds TOKEN_ISSUE_LIMIT: the caller answers 429. Never used for keys, playlists and segments,
 * where it would lock viewers out of what they watch.
 */
export async function isBeyondIssueLimit({ TOKEN_ISSUE_LIMIT }: Env, counter: IssueCounter): Promise<boolean> {
  const { success } = await TOKEN_ISSUE_LIMIT.limit({ key: keyOf(counter) });
  return !success;
}

function keyOf(counter: IssueCounter): string {
  if ("id" in counter) return `${counter.kind}:${counter.id}`;
  return `${counter.kind}:${clientNetwork(counter.request.headers.get("cf-connecting-ip") ?? "unknown")}`;
}
