import * as z from "zod";
import type { GateReadings, PartReading, StoredPart } from "../../shared/application/ports/gate-readings.ts";
import { FEED_KINDS, type FeedRow } from "../../shared/application/ports/revocation-feed.ts";
import { IMAGE_FORMATS } from "../../shared/domain/part/part-images.ts";
import { VIDEO_POST_STATUSES } from "../../shared/domain/post/video-post.ts";
import { QUALITIES } from "../../shared/domain/quality/quality.ts";
import { QUALITY_POLICIES } from "../../shared/domain/quality/quality-auth.ts";
import { type FreshnessRules, REFRESH_FROM } from "./freshness.ts";
import { type Copies, type CopyStore, noCopies, signedCopies } from "./signed-copies.ts";

/** What the isolates of a location share, so that the database sees locations and not isolates. */
export type LocationCopies = {
  readonly feed: Copies<FeedCopy>;
  readonly newest: Copies<NewestCopy>;
  /** Named by post and file index; only of parts that exist. */
  readonly parts: Copies<PartCopy>;
};

/** Rows after `from` and up to `to`, as one reading has seen them. */
export type FeedCopy = { readonly from: number; readonly to: number; readonly rows: readonly FeedRow[] };
export type NewestCopy = Awaited<ReturnType<GateReadings["newestRevocations"]>>;
export type PartCopy = PartReading & { readonly part: StoredPart };

export const NO_COPIES: LocationCopies = { feed: noCopies(), newest: noCopies(), parts: noCopies() };

/** The feed names what changes of a part; the copy is only a reading that another isolate has made. */
const PART_SECONDS = 20;

/** `secret`: of this deployment alone. */
export function createLocationCopies(
  { freshMs }: FreshnessRules,
  secret: Uint8Array<ArrayBuffer>,
  store: CopyStore,
): LocationCopies {
  // Half of the time until an isolate reads again: a copy then saves a reading and is not the oldest that may be used.
  const feedSeconds = Math.floor((freshMs * REFRESH_FROM) / 2000);
  const copies = <Value extends object>(name: string, schema: z.ZodType<Value>, seconds: number) =>
    signedCopies(secret, store, { name, schema, seconds });
  const feed = copies<FeedCopy>("feed", feedSchema, feedSeconds);
  if (feedSeconds === 0 || feed.ageMs >= freshMs * REFRESH_FROM) return NO_COPIES;
  return {
    feed,
    newest: copies<NewestCopy>("newest", newestSchema, feedSeconds),
    parts: copies<PartCopy>("part", partSchema, PART_SECONDS),
  };
}

// Strict, since releases of different shapes share the cache during a deployment.
const position = z.int().nonnegative();
const rows = z.array(
  z.strictObject({
    sequence: position,
    kind: z.enum(FEED_KINDS),
    subject: z.string(),
    createdAt: z.number(),
    expiresAt: z.number(),
  }),
);
const feedSchema = z.strictObject({ from: position, to: position, rows });
const newestSchema = z.strictObject({ position, rows });
const partSchema = z.strictObject({
  position,
  part: z.strictObject({
    postStatus: z.enum(VIDEO_POST_STATUSES),
    postVersion: z.int(),
    isRemoved: z.boolean(),
    durationSeconds: z.number().nullable(),
    playing: z.strictObject({ prefix: z.string(), keyVersion: z.int() }).nullable(),
    migration: z.enum(["waiting", "failed"]).nullable(),
    captions: z.array(
      z.strictObject({
        captionId: z.string(),
        textId: z.string(),
        objectKey: z.string(),
        origin: z.enum(["UPLOADED", "SOURCE"]),
        language: z.string(),
        name: z.string(),
        isDefault: z.boolean(),
        isForced: z.boolean(),
        characteristics: z.array(z.string()),
        cues: z.int(),
        bytes: z.int(),
        createdAt: z.number(),
        textChangedAt: z.number(),
      }),
    ),
    chapters: z.array(z.strictObject({ startSeconds: z.number(), title: z.string() })),
    mediaStart: z.int(),
    images: z
      .strictObject({
        id: z.string(),
        prefix: z.string(),
        posters: z.array(z.strictObject({ seconds: z.number(), width: z.int(), height: z.int(), bytes: z.int() })),
        best: z.int(),
        storyboard: z
          .strictObject({
            tileWidth: z.int(),
            tileHeight: z.int(),
            columns: z.int(),
            tiles: z.int(),
            intervalSeconds: z.number(),
          })
          .nullable(),
      })
      .nullable(),
    poster: z
      .discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("candidate"), number: z.int() }),
        z.strictObject({
          kind: z.literal("own"),
          id: z.string(),
          format: z.enum(IMAGE_FORMATS),
          width: z.int(),
          height: z.int(),
          bytes: z.int(),
        }),
      ])
      .nullable(),
    policies: z.array(
      z.strictObject({
        quality: z.enum(QUALITIES),
        policy: z.enum(QUALITY_POLICIES),
        entitlement: z.string().nullable(),
      }),
    ),
    keys: z.array(
      z.strictObject({
        keyId: z.string(),
        fileId: z.string(),
        quality: z.enum(QUALITIES),
        keyVersion: z.int(),
        status: z.enum(["ACTIVE", "RETIRING"]),
        usableUntil: z.number().nullable(),
        kekId: z.string(),
        wrappedKey: z.string(),
      }),
    ),
  }),
});
