import * as z from "zod";
import { JOB_STAGES } from "../../domain/job/transcode-job.ts";
import { MOST_CAPTIONS, MOST_CHAPTER_TITLE, MOST_CHAPTERS } from "../../domain/part/caption.ts";
import { MOST_CANDIDATES } from "../../domain/part/part-images.ts";
import { QUALITIES } from "../../domain/quality/quality.ts";

/*
 * The job protocol: what processors and the Worker exchange at /internal/jobs/*. Bodies are JSON; both sides parse what
 * they receive with these schemas. JobService (job-service/job-service.ts) is the same protocol without HTTP.
 *
 *   POST /internal/jobs/claim                      ClaimRequest -> 200 WorkOrder | 204 nothing due
 *   POST /internal/jobs/{jobId}/claim              ClaimOneRequest -> 200 ClaimOneReply
 *   POST /internal/jobs/scan                       -> 200 ScanReport
 *   POST /internal/jobs/{jobId}/heartbeat          Heartbeat -> 200 HeartbeatReply
 *   POST /internal/jobs/{jobId}/progress           Progress -> 204
 *   POST /internal/jobs/{jobId}/keys               KeysRequest -> 200 ContentKeys
 *   POST /internal/jobs/{jobId}/transcode-result   TranscodeReport -> 200 TranscodeReply
 *   POST /internal/jobs/{jobId}/encrypt-result     EncryptReport -> 204
 *   POST /internal/jobs/{jobId}/fail               FailReport -> 200 FailReply
 *   POST /internal/jobs/{jobId}/release            -> 204    a clean stop: the attempt is given back
 *   POST /internal/jobs/{jobId}/cancelled          -> 204    the holder has stopped what was cancelled
 *   POST /internal/garbage/check                   PrefixList -> 200 PrefixUses
 *   POST /internal/garbage/delete                  PrefixList -> 200 DeletedPrefixes
 *
 * Progress does not read the database: the holder of a cancelled job learns that from the reply to its heartbeat.
 *
 * Claims, the scan and garbage take the processors' shared secret as bearer token, everything else the credential of
 * the work order, which is good for that one job and claim. 409 says that the lease is lost: stop, and change nothing.
 *
 * After fail, release and cancelled the holder writes nothing more: what this claim has stored is deleted then, under
 * the prefix that the credential names.
 */

const quality = z.enum(QUALITIES as [(typeof QUALITIES)[number], ...(typeof QUALITIES)[number][]]);
const frameRate = z.object({ numerator: z.int().positive(), denominator: z.int().positive() });

export const leaseTokenSchema = z.string().regex(/^[A-Za-z0-9_-]{22,64}$/);

export const claimRequestSchema = z.object({
  /** Made by the processor, at least 128 random bits: the same token asked again gives the same job. */
  leaseToken: leaseTokenSchema,
  /** A name for people: host and process. */
  owner: z.string().min(1).max(200),
  kinds: z
    .array(z.enum(["TRANSCODE", "ENCRYPT"]))
    .min(1)
    .default(["TRANSCODE", "ENCRYPT"]),
});
export type ClaimRequest = z.input<typeof claimRequestSchema>;

export const claimOneRequestSchema = claimRequestSchema.omit({ kinds: true });
export type ClaimOneRequest = z.input<typeof claimOneRequestSchema>;

export const variantSchema = z.object({
  quality,
  width: z.int().positive().nullable(),
  height: z.int().positive().nullable(),
  peakBandwidth: z.int().positive(),
  averageBandwidth: z.int().positive(),
  codecs: z
    .string()
    .regex(/^[\x20-\x7e]{1,100}$/)
    .refine((value) => !value.includes('"')),
  frameRate: frameRate.nullable(),
  segmentCount: z.int().positive(),
  bytes: z.int().positive(),
});

/**
 * What every work order has, whatever else a release adds or changes: a processor that cannot read the rest of it fails
 * the job by this.
 */
export const heldJobSchema = z.object({
  jobId: z.string().min(1),
  /** Bearer token for every further call about this job. */
  credential: z.string().min(1),
});
/** A job with the credential that proves who holds it. */
export type HeldJob = z.infer<typeof heldJobSchema>;

const workOrderBase = heldJobSchema.extend({
  claimNo: z.int(),
  attempt: z.int(),
  maxAttempts: z.int(),
  /** Milliseconds after which a holder that is silent loses the job. */
  leaseMs: z.int(),
});

export const workOrderSchema = z.discriminatedUnion("kind", [
  workOrderBase.extend({
    kind: z.literal("TRANSCODE"),
    resourceType: z.enum(["VIDEO", "AUDIO"]),
    source: z.discriminatedUnion("kind", [
      /** Chunks under `prefix` in SOURCE, each named by its first byte's offset; `sha256` in hex where the client gave one. */
      z.object({
        kind: z.literal("upload"),
        prefix: z.string(),
        size: z.int().positive(),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .optional(),
        /** A longer source is refused. */
        maxDurationSeconds: z.number().positive().optional(),
      }),
      z.object({ kind: z.literal("url"), url: z.string() }),
      /** Playlists under `prefix` in SOURCE, of segments under one key for all: nothing is encoded, only decrypted. */
      z.object({
        kind: z.literal("single-key"),
        prefix: z.string(),
        key: z.base64(),
        renditions: z.array(z.object({ quality, playlist: z.string() })).min(1),
      }),
    ]),
    fileName: z.string(),
    /** Prefix in SOURCE that this claim alone writes to. */
    clearPrefix: z.string(),
  }),
  workOrderBase.extend({
    kind: z.literal("ENCRYPT"),
    /** Prefix in SOURCE that the clear renditions are read from, with the variants that lie there. */
    clearPrefix: z.string(),
    durationSeconds: z.number().positive(),
    variants: z.array(variantSchema).min(1),
  }),
]);
export type WorkOrder = z.infer<typeof workOrderSchema>;

export const claimOneReplySchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("claimed"), order: workOrderSchema }),
  /** Nothing is left to do: it ended before, or just now because its result was there or its upload was gone. */
  z.object({
    outcome: z.literal("ended"),
    state: z.enum(["SUCCEEDED", "FAILED", "CANCELLED"]),
    failReason: z.string().nullable(),
  }),
  /** Somebody else holds it until `at` at least, or it waits for its time, `at`. Milliseconds since the epoch. */
  z.object({ outcome: z.literal("later"), because: z.enum(["leased", "waiting"]), at: z.int() }),
  z.object({ outcome: z.literal("unknown") }),
]);
export type ClaimOneReply = z.infer<typeof claimOneReplySchema>;

export const progressSchema = z.object({
  stage: z.enum(JOB_STAGES),
  percent: z.number().min(0).max(100),
  fps: z.number().min(0).optional(),
  speed: z.number().min(0).optional(),
  etaSeconds: z.number().min(0).optional(),
  segments: z.partialRecord(quality, z.int().min(0)).optional(),
  plannedSegments: z.partialRecord(quality, z.int().min(0)).optional(),
  qualityPercent: z.partialRecord(quality, z.number().min(0).max(100)).optional(),
});
export type Progress = z.infer<typeof progressSchema>;

export const heartbeatReplySchema = z.object({ cancel: z.boolean() });

/** A key is 16 bytes as base64. Given to the holder of the lease and to nobody else; never logged. */
export const contentKeysSchema = z.object({
  keyVersion: z.int().positive(),
  /** Prefix in both buckets that this claim alone writes to: templates in SOURCE, ciphertext in PLAYBACK. */
  encryptedPrefix: z.string(),
  keys: z.array(
    z.object({
      quality,
      keyId: z.string(),
      key: z.base64(),
      /** What the media playlist's EXT-X-KEY says, with the placeholder for the token in it. */
      keyUri: z.string(),
    }),
  ),
});
export type ContentKeys = z.infer<typeof contentKeysSchema>;

const posterSchema = z.object({
  seconds: z.number().nonnegative(),
  width: z.int().positive(),
  height: z.int().positive(),
  bytes: z.int().positive(),
});

const storyboardSchema = z.object({
  tileWidth: z.int().positive(),
  tileHeight: z.int().positive(),
  columns: z.int().positive(),
  tiles: z.int().positive(),
  intervalSeconds: z.number().positive(),
});

/** What lies below `images/{id}/` of the clear prefix. */
export const madeImagesSchema = z
  .object({
    id: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
    posters: z.array(posterSchema).min(1).max(MOST_CANDIDATES).readonly(),
    best: z.int().positive(),
    storyboard: storyboardSchema.nullable(),
  })
  .refine(({ posters, best }) => best <= posters.length, "best: names no poster");

export const foundCaptionSchema = z.object({
  track: z.int().min(0),
  /** As the container has it; the Worker makes BCP 47 of it, or `und`. */
  language: z.string().max(64),
  name: z.string().min(1).max(100),
  isDefault: z.boolean(),
  isForced: z.boolean(),
  characteristics: z.array(z.string().max(100)).max(8),
  cues: z.int().positive(),
  bytes: z.int().positive(),
});
export type FoundCaption = z.infer<typeof foundCaptionSchema>;

const foundChapterSchema = z.object({ startSeconds: z.number().min(0), title: z.string().max(MOST_CHAPTER_TITLE) });

export const transcodeReportSchema = z.object({
  durationSeconds: z.number().positive(),
  probe: z.object({
    container: z.string(),
    headerDuration: z.number().nullable(),
    video: z
      .object({
        codec: z.string(),
        width: z.int(),
        height: z.int(),
        rotation: z.number(),
        pixelFormat: z.string(),
        frameRate: frameRate.nullable(),
      })
      .nullable(),
    audio: z.object({ codec: z.string(), channels: z.int(), sampleRate: z.int() }).nullable(),
  }),
  warnings: z.array(z.string().max(500)).max(50),
  variants: z.array(variantSchema).min(1),
  /** Missing in reports of earlier releases; null where nothing could be made. */
  images: madeImagesSchema.nullable().optional(),
  /** Text subtitles of the source, stored below the clear prefix by the index of their track. */
  captions: z.array(foundCaptionSchema).max(MOST_CAPTIONS).optional(),
  chapters: z.array(foundChapterSchema).max(MOST_CHAPTERS).optional(),
  /** Where time zero stands in the segments, on their clock of 90 kHz; absent for a ladder of our own. */
  mediaStart: z.int().min(0).optional(),
  /** This process claims the encrypt job of the part next, with the clear segments still on its disk. */
  followsUp: z.boolean().optional(),
});
export type TranscodeReport = z.input<typeof transcodeReportSchema>;

/** The encrypt job that follows; null where none waits. A Worker of an earlier release replies nothing. */
export const transcodeReplySchema = z.object({ encryptJobId: z.string().min(1).nullable() });
export type TranscodeReply = z.infer<typeof transcodeReplySchema>;

export const encryptReportSchema = z.object({
  keyVersion: z.int().positive(),
  variants: z.array(variantSchema).min(1),
});
export type EncryptReport = z.infer<typeof encryptReportSchema>;

export const failReportSchema = z.object({
  /** One of `FAILURE_CODES` of the processor's release. A Worker that does not know it records \`unclassified\`. */
  code: z.string().max(64).optional(),
  /** A sentence that an editor understands. */
  reason: z.string().min(1).max(1000),
  /** True where trying again cannot help: bad media, a refused source. */
  permanent: z.boolean(),
  /**
   * True when the result did not pass its verification. The same reason twice ends the job: the file causes it. So the
   * reason of one cause is the same in every attempt.
   */
  verification: z.boolean().default(false),
});
export type FailReport = z.input<typeof failReportSchema>;

export const failReplySchema = z.object({
  outcome: z.enum(["retry", "failed"]),
  /** Milliseconds since the epoch; null when there will be no further attempt. */
  runAfter: z.int().nullable(),
});

export const scanReportSchema = z.object({
  requeued: z.int(),
  exhausted: z.int(),
  created: z.int(),
  refreshed: z.int(),
  revocationsDeleted: z.int(),
});
export type ScanReport = z.infer<typeof scanReportSchema>;

/** Asked about at once; each is some 300 bytes at the most. */
export const PREFIXES_PER_REQUEST = 200;

export const prefixListSchema = z.object({ prefixes: z.array(z.string().min(1).max(1024)).max(PREFIXES_PER_REQUEST) });

/** In the order of what was asked; what the words mean: PrefixStatus in ports/prefix-queries.ts. */
export const prefixUsesSchema = z.object({
  uses: z.array(z.enum(["named", "live", "retiring", "unknown", "garbage"])),
});

/** Those that were still garbage and are now in the queue of deletions. */
export const deletedPrefixesSchema = z.object({ deleted: z.array(z.string()) });
