/** All parts of a multipart upload but the last have the same size, within the limits of R2. */
export const PART_LIMITS = {
  smallestBytes: 5 * 2 ** 20,
  /** The largest part, and the largest object that one request stores. */
  largestBytes: 5 * 2 ** 30 - 5 * 2 ** 20,
  /** R2 takes 10,000. The list of so many does not fit into the body of the completion, which has 256 kB. */
  most: 1000,
} as const;

export type PartPlan =
  | { readonly kind: "planned"; readonly partSize: number; readonly count: number }
  | { readonly kind: "invalid"; readonly detail: string };

const PREFERRED_BYTES = 64 * 2 ** 20;

/** The parts of a file; `wanted` is the part size that the client asks for. Bytes. */
export function planParts(size: number, wanted: number | null): PartPlan {
  const { smallestBytes, largestBytes, most } = PART_LIMITS;
  const partSize = wanted ?? Math.max(PREFERRED_BYTES, wholeMebibytes(size / most));
  const invalid = (detail: string): PartPlan => ({ kind: "invalid", detail });
  if (partSize < smallestBytes) return invalid(`partSize: is at least ${smallestBytes} bytes`);
  if (partSize > largestBytes) return invalid(`partSize: is at most ${largestBytes} bytes`);
  const count = Math.ceil(size / partSize);
  return count > most
    ? invalid(`partSize: makes ${count} parts, at most ${most} are possible`)
    : { kind: "planned", partSize, count };
}

/** All but the last part have the part size. `number` counts from 1. */
export function bytesOfPart(size: number, partSize: number, number: number): number {
  return Math.min(partSize, size - (number - 1) * partSize);
}

function wholeMebibytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20) * 2 ** 20;
}
