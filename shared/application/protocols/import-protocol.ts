import * as z from "zod";
import { AUDIO_QUALITIES, QUALITIES, type Quality, VIDEO_QUALITIES } from "../../domain/quality/quality.ts";
import { multipleLines, singleLine } from "../plain-text.ts";

/*
 * What `ladderlock import` and the Worker say to each other:
 *
 *   GET  /admin/video/imports/{importId}   -> 200 ImportedPost | 404
 *   POST /admin/video/imports              ImportRequest -> 201 ImportedPost, or 200 when the import has its post already
 *
 * The segments are in SOURCE before the second is asked, under importPrefix() of shared/domain/part/object-keys.ts: playlists
 * as `{quality}/index.m3u8`. The Worker builds those prefixes itself, so that nobody can name another's objects.
 */

/** Starts with a letter or digit, so it is no relative path. */
export const importIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
  error: "must be 1 to 100 letters, digits, dots, dashes or underscores, the first a letter or digit",
});

export const qualityNameSchema = z.enum(QUALITIES as [Quality, ...Quality[]]);

/** What the manifest of an import says about the post. */
export const importedPostFields = z.strictObject({
  title: singleLine(200),
  description: multipleLines(10_000).default(""),
  resourceType: z.enum(["VIDEO", "AUDIO"]).default("VIDEO"),
  interaction: z
    .strictObject({ comments: z.boolean(), liveComments: z.boolean() })
    .default({ comments: true, liveComments: true }),
  access: z.enum(["POLICY", "PUBLIC"]).default("POLICY"),
  autoPublish: z.boolean().default(false),
  /** The author; the caller if absent. */
  authorId: singleLine(200).optional(),
});

/** Each part takes one R2 request per quality, and a Worker has a thousand. */
export const MOST_PARTS = 50;

/** AES-128: base64 of 16 bytes. */
const contentKey = z.string().regex(/^[A-Za-z0-9+/]{21}[AQgw]==$/, { error: "must be 16 bytes as base64" });

const partSchema = z.strictObject({
  fileName: singleLine(255),
  key: contentKey,
  qualities: z.array(qualityNameSchema).min(1).refine(distinct, { error: "names a quality twice" }),
});

export const importRequestSchema = importedPostFields
  .extend({
    importId: importIdSchema,
    /** 32 hexadecimal digits that identify the content. */
    digest: z.string().regex(/^[0-9a-f]{32}$/),
    parts: z.array(partSchema).min(1).max(MOST_PARTS),
  })
  .superRefine(({ resourceType, parts }, check) => {
    for (const [index, { qualities }] of parts.entries()) {
      const problem = wrongQuality(resourceType, qualities);
      if (problem !== null) check.addIssue({ code: "custom", path: ["parts", index], message: problem });
    }
  });
export type ImportRequest = z.input<typeof importRequestSchema>;

export const importedPostSchema = z
  .object({
    importId: z.string(),
    videoPostId: z.string(),
    status: z.string(),
  })
  .meta({ id: "ImportedPost" });
export type ImportedPost = z.infer<typeof importedPostSchema>;

/** A ladder has pictures or sound. Null, or the problem. */
export function wrongQuality(resourceType: "VIDEO" | "AUDIO", qualities: readonly Quality[]): string | null {
  const fitting: readonly Quality[] = resourceType === "VIDEO" ? VIDEO_QUALITIES : AUDIO_QUALITIES;
  const odd = qualities.find((quality) => !fitting.includes(quality));
  return odd === undefined ? null : `${odd} is no quality of ${resourceType}; those are ${fitting.join(", ")}`;
}

function distinct(qualities: readonly Quality[]): boolean {
  return new Set(qualities).size === qualities.length;
}
