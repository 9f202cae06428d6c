/*
 * Parses what object-keys.ts builds, to find the owner of stored objects. No prefix that is recognised lies inside
 * another, whatever the titles are: a deletion by prefix never reaches another owner's objects.
 */

/**
 * The owner of a prefix: an upload, an editor's poster or captions, a part of an import, a claim of a transcode or an
 * encrypt job.
 */
export type PrefixOwner =
  | { readonly kind: "captions"; readonly videoPostId: string }
  | { readonly kind: "upload"; readonly uploadId: string }
  | { readonly kind: "poster"; readonly posterId: string }
  | { readonly kind: "import"; readonly importId: string }
  | { readonly kind: "clear"; readonly transcodeJobId: string; readonly claimNo: number }
  | {
      readonly kind: "encrypted";
      readonly transcodeJobId: string;
      readonly keyVersion: number;
      readonly claimNo: number;
    };

/** The form of random-id.ts. The id of a job, which follows the slug of a post titled "Uploads", is longer. */
const UPLOAD_ID = "[A-Za-z0-9_-]{22}";
const UPLOAD_PREFIX = new RegExp(`^uploads/(${UPLOAD_ID})/$`);
const UPLOAD_CHUNK = new RegExp(`^(uploads/${UPLOAD_ID}/)\\d{15}$`);

const POSTER_PREFIX = new RegExp(`^posters/(${UPLOAD_ID})/$`);
const POSTER_OBJECT = new RegExp(`^(posters/${UPLOAD_ID}/)poster$`);

const IMPORT_PREFIX = /^imports\/([^/]+)\/[0-9a-f]{32}\/\d+\/$/;
const IMPORT_OBJECT = /^(imports\/[^/]+\/[0-9a-f]{32}\/\d+\/)./;

/** The id of the text has the form of an upload's: a claim's folder has a shorter name. */
const CAPTIONS_PREFIX = new RegExp(`^captions/([0-9a-f-]{36})/${UPLOAD_ID}/$`);
const CAPTIONS_OBJECT = new RegExp(`^(captions/[0-9a-f-]{36}/${UPLOAD_ID}/)text\\.vtt$`);

/** Of a key version or a claim. A database has no longer ones, and Postgres refuses to compare with them. */
const NUMBER = "(\\d{1,15})";

/** Nothing below an upload or a poster belongs to a claim. */
const CLAIM = `(?!(?:uploads|posters)/${UPLOAD_ID}/)[^/]+/([^/]+)/(?:enc/k${NUMBER}-)?c${NUMBER}/`;
const CLAIM_PREFIX = new RegExp(`^${CLAIM}$`);
const CLAIM_OBJECT = new RegExp(`^(${CLAIM}).`);

/** The prefix of the upload or claim of an object; null for an object that is not of this layout. */
export function prefixOfObject(key: string): string | null {
  // A post may be titled "Uploads", "Posters" or "Imports": its folder has no names that are offsets or digests.
  const found =
    UPLOAD_CHUNK.exec(key) ??
    POSTER_OBJECT.exec(key) ??
    IMPORT_OBJECT.exec(key) ??
    CAPTIONS_OBJECT.exec(key) ??
    CLAIM_OBJECT.exec(key);
  return found?.[1] ?? null;
}

/** The folder of the transcode job that a claim's prefix belongs to, below which all its claims store. */
export function folderOfJob(prefix: string): { readonly folder: string; readonly transcodeJobId: string } | null {
  const transcodeJobId = CLAIM_PREFIX.exec(prefix)?.[1];
  if (transcodeJobId === undefined) return null;
  return { folder: `${prefix.slice(0, prefix.indexOf("/"))}/${transcodeJobId}/`, transcodeJobId };
}

/** Null unless it is the whole prefix of one upload, poster or claim. */
export function ownerOfPrefix(prefix: string): PrefixOwner | null {
  const claim = CLAIM_PREFIX.exec(prefix);
  if (claim?.[1] !== undefined) {
    const [, transcodeJobId, keyVersion, number] = claim;
    const claimNo = Number(number);
    if (keyVersion === undefined) return { kind: "clear", transcodeJobId, claimNo };
    return { kind: "encrypted", transcodeJobId, keyVersion: Number(keyVersion), claimNo };
  }
  const videoPostId = CAPTIONS_PREFIX.exec(prefix)?.[1];
  if (videoPostId !== undefined) return { kind: "captions", videoPostId };
  const importId = IMPORT_PREFIX.exec(prefix)?.[1];
  if (importId !== undefined) return { kind: "import", importId };
  const posterId = POSTER_PREFIX.exec(prefix)?.[1];
  if (posterId !== undefined) return { kind: "poster", posterId };
  const uploadId = UPLOAD_PREFIX.exec(prefix)?.[1];
  return uploadId === undefined ? null : { kind: "upload", uploadId };
}
