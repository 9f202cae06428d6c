import type { Quality } from "../../../shared/domain/quality/quality.ts";
import type { ClearSignatures } from "../../../shared/playback-token/clear-signatures.ts";

/** A clear segment as its URL names it. */
export type ClearSegment = {
  readonly jobName: string;
  readonly prefix: string;
  readonly quality: Quality;
  readonly segment: string;
};

export type ReadSegment =
  | { readonly kind: "segment"; readonly objectKey: string; readonly expiresAt: number }
  | { readonly kind: "invalid" | "expired" };

/** The query that opens this segment, and nothing else, until `expiresAt` (seconds). */
export async function signedQuery(
  signatures: ClearSignatures,
  { jobName, ...named }: ClearSegment,
  expiresAt: number,
): Promise<string> {
  const signature = await signatures.sign({ jobName, objectKey: objectKeyOf(named), expiresAt });
  return `prefix=${encodeURIComponent(named.prefix)}&expires=${expiresAt}&signature=${signature}`;
}

/** The object of a signed URL. No database is read: a segment that was deleted or replaced is not at its key any more. */
export async function readSignedSegment(
  signatures: ClearSignatures,
  named: Omit<ClearSegment, "prefix">,
  query: Readonly<Record<string, string | undefined>>,
  now: number,
): Promise<ReadSegment> {
  const { prefix, expires, signature } = query;
  if (prefix === undefined || signature === undefined || expires === undefined || !/^\d{1,12}$/.test(expires)) {
    return { kind: "invalid" };
  }
  const objectKey = objectKeyOf({ ...named, prefix });
  const expiresAt = Number(expires);
  const verified = await signatures.verify({ jobName: named.jobName, objectKey, expiresAt }, signature, now / 1000);
  return verified === "valid" ? { kind: "segment", objectKey, expiresAt } : { kind: verified };
}

function objectKeyOf({ prefix, quality, segment }: Omit<ClearSegment, "jobName">): string {
  return `${prefix}${quality}/${segment}`;
}
