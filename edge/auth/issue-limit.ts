import type { Env } from "../env.ts";
import { clientNetwork } from "./client-network.ts";

/**
 * What requests are counted by. A viewer who has shown who they are is counted by that, so that a school or a mobile
 * network with one address does not lock its own people out; a session is counted by the token that was issued for it;
 * everything else is counted by address.
 */
export type IssueCounter =
  | { readonly kind: "viewer"; readonly id: string }
  | { readonly kind: "token"; readonly id: string }
  | { readonly kind: "address"; readonly request: Request }
  /** Also by address, but counted apart, so that page loads and wrong keys use up no token issue. */
  | { readonly kind: "page" | "api-key"; readonly request: Request };

/**
 * Whether this is more than TOKEN_ISSUE_LIMIT allows: the caller answers 429. Never asked at the key gate nor for a
 * playlist or a segment, where a viewer would be locked out of what they have.
 */
export async function isBeyondIssueLimit({ TOKEN_ISSUE_LIMIT }: Env, counter: IssueCounter): Promise<boolean> {
  const { success } = await TOKEN_ISSUE_LIMIT.limit({ key: keyOf(counter) });
  return !success;
}

function keyOf(counter: IssueCounter): string {
  if ("id" in counter) return `${counter.kind}:${counter.id}`;
  return `${counter.kind}:${clientNetwork(counter.request.headers.get("cf-connecting-ip") ?? "unknown")}`;
}
