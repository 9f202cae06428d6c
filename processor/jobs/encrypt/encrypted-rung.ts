import type { WorkOrder } from "../../../shared/application/job-protocol.ts";
import type { AbrVariant } from "../../../shared/domain/rendition.ts";

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
};
