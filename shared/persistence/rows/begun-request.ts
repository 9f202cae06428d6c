import type { BegunRequest, IdempotentRequest } from "../../application/ports/idempotency-store.ts";

export type IdempotencyRow = {
  readonly fingerprint: string;
  readonly claimId: string;
  readonly claimedUntil: number;
  readonly status: number | null;
  readonly answer: string | null;
  readonly kekId: string | null;
};

/** What a request meets, by the row of its key as it stands after the attempt to claim it. */
export function begunRequest(request: IdempotentRequest, row: IdempotencyRow | undefined): BegunRequest {
  if (row === undefined) throw new Error("a claimed idempotency key is not there");
  if (row.claimId === request.claimId) return { kind: "started" };
  if (row.fingerprint !== request.fingerprint) return { kind: "reused" };
  const { status, answer: wrappedText, kekId } = row;
  if (status === null) return { kind: "running", claimedUntil: row.claimedUntil };
  if (wrappedText === null || kekId === null) throw new Error("an answered idempotency key has no answer");
  return { kind: "answered", answer: { status, wrappedText, kekId } };
}
