/* What object-keys.ts builds, read back: to find out to whom stored objects belong. */

/** Whom a prefix of this layout was made for: an upload, a part of an import, a claim of job A, or a claim of job B. */
export type PrefixOwner =
  | { readonly kind: "upload"; readonly uploadId: string }
  | { readonly kind: "import"; readonly importId: string }
  | { readonly kind: "clear"; readonly transcodeJobId: string; readonly claimNo: number }
  | {
      readonly kind: "encrypted";
      readonly transcodeJobId: string;
      readonly keyVersion: number;
      readonly claimNo: number;
    };

/** The prefix of the upload or claim that an object lies under; null for an object that this layout does not know. */
export function prefixOfObject(key: string): string | null {
  // A title may well be "Uploads" or "Imports": its folder holds no names that are offsets, nor any that are digests.
  const found =
    /^(uploads\/[^/]+\/)\d{15}$/.exec(key) ??
    /^(imports\/[^/]+\/[0-9a-f]{32}\/\d+\/)./.exec(key) ??
    /^([^/]+\/[^/]+\/(?:c\d+|enc\/k\d+-c\d+)\/)./.exec(key);
  return found?.[1] ?? null;
}

/** Null for what is not the whole prefix of one upload or claim. */
export function ownerOfPrefix(prefix: string): PrefixOwner | null {
  const claim = /^[^/]+\/([^/]+)\/(?:enc\/k(\d+)-)?c(\d+)\/$/.exec(prefix);
  if (claim?.[1] !== undefined) {
    const [, transcodeJobId, keyVersion, number] = claim;
    const claimNo = Number(number);
    if (keyVersion === undefined) return { kind: "clear", transcodeJobId, claimNo };
    return { kind: "encrypted", transcodeJobId, keyVersion: Number(keyVersion), claimNo };
  }
  const importId = /^imports\/([^/]+)\/[0-9a-f]{32}\/\d+\/$/.exec(prefix)?.[1];
  if (importId !== undefined) return { kind: "import", importId };
  const uploadId = /^uploads\/([^/]+)\/$/.exec(prefix)?.[1];
  return uploadId === undefined ? null : { kind: "upload", uploadId };
}
