import type { Caption, Chapter } from "../../domain/part/caption.ts";
import type { PartImages, PosterChoice } from "../../domain/part/part-images.ts";
import type { VideoPostStatus } from "../../domain/post/video-post.ts";
import type { Quality } from "../../domain/quality/quality.ts";
import type { QualityAuth } from "../../domain/quality/quality-auth.ts";
import type { WrappedKey } from "../../key-vault/key-vault.ts";
import type { FeedRow, FeedSubject, RevocationKind } from "./revocation-feed.ts";

/** What the key endpoint and token issue read of the database. Each method is one statement, of the primary database. */
export interface GateReadings {
  readPart(videoPostId: string, fileIndex: number): Promise<PartReading>;
  /** Rows after a position, the oldest first, at most `limit`. */
  feedAfter(position: number, limit: number): Promise<readonly FeedRow[]>;
  /** The newest rows without changes of posts, at most `limit`, and the position of the whole feed at that moment. */
  newestRevocations(limit: number): Promise<NewestRevocations>;
  /** The newest rows before a position without changes of posts, the newest first, at most `limit`. */
  revocationsBefore(position: number, limit: number): Promise<readonly FeedRow[]>;
  /** Those of these subjects that have a row. */
  findRevocations(subjects: readonly FeedSubject<RevocationKind>[]): Promise<readonly FeedRow[]>;
}

export type NewestRevocations = {
  /** The highest sequence of all rows, whatever their kind; 0 for an empty feed. */
  readonly position: number;
  /** The newest first. */
  readonly rows: readonly FeedRow[];
};

export type PartReading = {
  /** The highest sequence of the feed at the time of the reading; 0 for an empty feed. */
  readonly position: number;
  /** Null where there is no such part. */
  readonly part: StoredPart | null;
};

/** What decides about a part's tokens and keys. */
export type StoredPart = {
  readonly postStatus: VideoPostStatus;
  /** Rises with every save of the post. */
  readonly postVersion: number;
  /** Its tokens and keys are refused for good. */
  readonly isRemoved: boolean;
  readonly durationSeconds: number | null;
  readonly playing: { readonly prefix: string; readonly keyVersion: number } | null;
  /** Of an imported part that does not play, unless its re-key is in progress. A cancelled re-key counts as failed. */
  readonly migration: "waiting" | "failed" | null;
  readonly captions: readonly Caption[];
  readonly chapters: readonly Chapter[];
  /** Where time zero stands in the segments, on their clock of 90 kHz. */
  readonly mediaStart: number;
  /** Of what was made last, and what an editor chose. */
  readonly images: PartImages | null;
  readonly poster: PosterChoice | null;
  /** Of all qualities that have one, whether they play or not. */
  readonly policies: readonly QualityAuth[];
  /** ACTIVE and RETIRING keys, also of a source that was replaced and whose tokens are valid until these end. */
  readonly keys: readonly StoredKey[];
};

export type StoredKey = WrappedKey & {
  readonly keyId: string;
  /** The version of the part that it is wrapped for. */
  readonly fileId: string;
  readonly quality: Quality;
  readonly keyVersion: number;
  readonly status: "ACTIVE" | "RETIRING";
  /** Of a RETIRING key, in ms. */
  readonly usableUntil: number | null;
};
