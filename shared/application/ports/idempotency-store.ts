import type { WrappedText } from "../../key-vault/key-vault.ts";

/** Requests that carry an Idempotency-Key, and the answers to them. */
export interface IdempotencyStore {
  /**
   * Claims the key for this request, atomically: it is new, has expired, or is of an equal request whose claim ended
   * without an answer.
   */
  begin(request: IdempotentRequest, now: number): Promise<BegunRequest>;
  /** Stores the answer. Nothing happens where there is one, as from the save of a post, or where the claim is lost. */
  finish(claim: IdempotencyClaim, answer: StoredAnswer): Promise<void>;
  /** Forgets a request without an answer, so that its repeat runs at once. */
  abandon(claim: IdempotencyClaim): Promise<void>;
  /** Deletes at most `limit` expired keys. Returns how many. */
  deleteExpired(now: number, limit: number): Promise<number>;
}

/** The right of one request to store the answer of a key. */
export type IdempotencyClaim = { readonly callerId: string; readonly key: string; readonly claimId: string };

export type IdempotentRequest = IdempotencyClaim & {
  readonly fingerprint: string;
  readonly claimedUntil: number;
  readonly expiresAt: number;
};

export type BegunRequest =
  | { readonly kind: "started" }
  | { readonly kind: "running"; readonly claimedUntil: number }
  /** The key is of a request with another fingerprint. */
  | { readonly kind: "reused" }
  | { readonly kind: "answered"; readonly answer: StoredAnswer };

export type StoredAnswer = WrappedText & { readonly status: number };
