import { type MultipartUpload, uploadObjectKey } from "./part-addresses.ts";

export type SentPart = { readonly partNumber: number; readonly etag: string };

export type JoinOutcome =
  | { readonly kind: "joined" }
  | { readonly kind: "invalid"; readonly detail: string }
  | { readonly kind: "wrong-size"; readonly bytes: number };

/**
 * Joins the parts to one object and compares its size. Repeatable: an object that is there already was joined by a
 * request whose answer, or whose record, was lost.
 */
export async function joinParts(
  source: R2Bucket,
  upload: MultipartUpload,
  sent: readonly SentPart[],
): Promise<JoinOutcome> {
  const key = uploadObjectKey(upload);
  const stored = (await source.head(key)) ?? (await join(source, key, upload, sent));
  if ("kind" in stored) return stored;
  return stored.size === upload.size ? { kind: "joined" } : { kind: "wrong-size", bytes: stored.size };
}

async function join(
  source: R2Bucket,
  key: string,
  { size, partSize, multipartId }: MultipartUpload,
  sent: readonly SentPart[],
): Promise<R2Object | JoinOutcome> {
  const count = Math.ceil(size / partSize);
  const parts = sent
    .map(({ partNumber, etag }) => ({ partNumber, etag: etag.replaceAll('"', "") }))
    .toSorted((a, b) => a.partNumber - b.partNumber);
  if (parts.length !== count || parts.some(({ partNumber }, index) => partNumber !== index + 1))
    return { kind: "invalid", detail: `parts: name each of the ${count} parts once` };
  try {
    return await source.resumeMultipartUpload(key, multipartId).complete(parts);
  } catch (error) {
    const detail = refusalOf(error);
    if (detail === null) throw error;
    return { kind: "invalid", detail };
  }
}

/** R2 ends the message of an error with its number. Other errors may pass. */
const REFUSALS: Readonly<Record<string, string>> = {
  10011: "parts: all parts but the last have at least 5 MiB",
  10024: "R2 does not have this multipart upload any more. Create another one.",
  10025: "parts: a part was not stored, or has another ETag",
  10048: "parts: all parts but the last must have the same size",
};

function refusalOf(error: unknown): string | null {
  const code = error instanceof Error ? /\((\d{5})\)$/.exec(error.message)?.[1] : undefined;
  return code === undefined ? null : (REFUSALS[code] ?? null);
}
