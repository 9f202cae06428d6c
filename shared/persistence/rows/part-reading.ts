import type { PartReading, StoredKey, StoredPart } from "../../application/ports/gate-readings.ts";
import type { FeedRow } from "../../application/ports/revocation-feed.ts";
import type { Caption, Chapters } from "../../domain/part/caption.ts";
import type { VideoPostStatus } from "../../domain/post/video-post.ts";
import type { QualityAuth } from "../../domain/quality/quality-auth.ts";
import { LADDER_START } from "../../domain/quality/rendition.ts";

/*
 * What the key endpoint reads, in the columns of the statements that read it. Keys and policies of a part come as arrays
 * within one row, so that a part is one statement in every database.
 */

export type PartRow = {
  readonly status: VideoPostStatus | null;
  readonly version: number;
  readonly id: string | null;
  readonly removed: boolean;
  readonly duration: number | null;
  readonly enc_path: string | null;
  readonly key_version: number | null;
  readonly migration: StoredPart["migration"];
  readonly captions: readonly Caption[] | null;
  readonly chapters: Chapters | null;
  readonly media_start: number | null;
  readonly images: StoredPart["images"];
  readonly poster: StoredPart["poster"];
  readonly keys: readonly KeyColumns[];
  readonly policies: readonly PolicyColumns[];
  readonly position: number;
};

export type KeyColumns = readonly [
  string,
  StoredKey["quality"],
  number,
  StoredKey["status"],
  number | null,
  kekId: string,
  wrappedKey: string,
  fileId: string,
];

export type PolicyColumns = readonly [QualityAuth["quality"], QualityAuth["policy"], QualityAuth["entitlement"]];

export function partReadingOf({ position, ...row }: PartRow): PartReading {
  if (row.id === null || row.status === null) return { position, part: null };
  const { enc_path: prefix, key_version: keyVersion } = row;
  return {
    position,
    part: {
      postStatus: row.status,
      postVersion: row.version,
      isRemoved: row.removed,
      durationSeconds: row.duration,
      playing: row.removed || prefix === null || keyVersion === null ? null : { prefix, keyVersion },
      migration: row.migration,
      captions: row.captions ?? [],
      chapters: row.chapters?.items ?? [],
      mediaStart: row.media_start ?? LADDER_START,
      images: row.images,
      poster: row.poster,
      policies: row.policies.map(([quality, policy, entitlement]) => ({ quality, policy, entitlement })),
      keys: row.keys.map(([keyId, quality, version, status, usableUntil, kekId, wrappedKey, fileId]) => {
        return { keyId, fileId, quality, keyVersion: version, status, usableUntil, kekId, wrappedKey };
      }),
    },
  };
}

export type FeedColumns = {
  readonly sequence: number;
  readonly kind: FeedRow["kind"];
  readonly subject: string;
  readonly created_at: number;
  readonly expires_at: number;
};

export function feedRowOf({ sequence, kind, subject, created_at, expires_at }: FeedColumns): FeedRow {
  return { sequence, kind, subject, createdAt: created_at, expiresAt: expires_at };
}

/** The position of the feed stands in each row, and alone where there is no other. */
export type NewestColumns = { readonly position: number } & (FeedColumns | { readonly sequence: null });

export function newestRevocationsOf(results: readonly NewestColumns[]) {
  const [first] = results;
  if (first === undefined) throw new Error("the reading of the newest revocations returned no row");
  const rows = results.flatMap((columns) => (columns.sequence === null ? [] : [feedRowOf(columns)]));
  return { position: first.position, rows };
}
