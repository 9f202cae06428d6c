import type { WorkOrder } from "../../../shared/application/protocols/job-protocol.ts";
import type { AbrVariant } from "../../../shared/domain/quality/rendition.ts";

export type EncryptOrder = Extract<WorkOrder, { kind: "ENCRYPT" }>;

/** One quality on its way: what it is made from, its key, and the bytes that came out. */
export type EncryptedRung = {
  readonly variant: AbrVariant;
  /** Seconds, first to last. */
  readonly durations: readonly number[];
  readonly key: Uint8Array;
  readonly keyUri: string;
  /** Bytes of ciphertext, filled in as segments are stored; the order is that of `durations`. */
  readonly sizes: number[];
  /** Bytes that were encrypted so far. */
  clearBytes: number;
  /** SHA-256 of the last segment before it was encrypted. */
  lastDigest: Buffer | null;
};
