import type { ContentKey } from "../../domain/part/content-key.ts";
import type { VideoFile } from "../../domain/part/video-file.ts";
import type { VideoPost } from "../../domain/post/video-post.ts";
import type { QualityAuth } from "../../domain/quality/quality-auth.ts";
import type { AbrVariant } from "../../domain/quality/rendition.ts";
import type { SingleKeySource } from "../../domain/quality/single-key-source.ts";

/*
 * The rows of one post as plain values, the same for every database: flags are booleans, JSON columns are parsed, times
 * are numbers of milliseconds. Each dialect's schema must produce and accept exactly these; the compiler checks it.
 */

export type VideoPostRow = Omit<VideoPost, "files" | "otherVersions" | "audit"> & {
  readonly auditResult: "PASSED" | "REJECTED" | null;
  readonly auditReason: string | null;
  readonly auditedBy: string | null;
  readonly auditedAt: number | null;
  readonly titleFolded: string | null;
  /** The title that `titleFolded` was made of. */
  readonly titleFoldedFrom: string | null;
};

type SameInFile =
  | "id"
  | "fileIndex"
  | "versionState"
  | "position"
  | "fileName"
  | "fileSize"
  | "durationSeconds"
  | "transferResult"
  | "encryptStatus"
  | "updateType"
  | "lastKeyVersion"
  | "failCode"
  | "failReason"
  | "probe"
  | "warnings"
  | "images"
  | "poster"
  | "captions"
  | "chapters"
  | "mediaStart"
  | "createdAt";

export type VideoFileRow = Pick<VideoFile, SameInFile> & {
  readonly videoId: string;
  readonly uploadId: string | null;
  readonly sourceUrl: string | null;
  readonly sourceKekId: string | null;
  readonly filePath: string | null;
  readonly filePathJobId: string | null;
  readonly encPath: string | null;
  readonly encPathJobId: string | null;
  readonly keyVersion: number | null;
  /** Of a poster that an editor uploaded. */
  readonly posterId: string | null;
};

type OfFile = { readonly fileId: string };

export type VariantRow = OfFile &
  Omit<AbrVariant, "frameRate"> & {
    readonly transcodeJobId: string;
    readonly alias: string;
    readonly frameRateNumerator: number | null;
    readonly frameRateDenominator: number | null;
  };

/** Without the revocation time, which the save that revokes it writes. */
export type ContentKeyRow = OfFile & ContentKey;

export type QualityAuthRow = OfFile & QualityAuth;

/** Without the queueing time, which belongs to the re-key queue. */
export type SingleKeyRow = OfFile & SingleKeySource;

export type VideoPostRows = {
  /** One, or none where there is no such post. */
  readonly posts: readonly VideoPostRow[];
  readonly files: readonly VideoFileRow[];
  readonly variants: readonly VariantRow[];
  readonly keys: readonly ContentKeyRow[];
  readonly qualityAuth: readonly QualityAuthRow[];
  readonly singleKeys: readonly SingleKeyRow[];
};
