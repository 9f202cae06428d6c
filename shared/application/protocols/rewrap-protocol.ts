import * as z from "zod";

/*
 * What `ladderlock keys rewrap` and the Worker say to each other:
 *
 *   GET  /admin/video/enc/rewrap                       -> KeysAtRestView
 *   POST /admin/video/enc/rewrap   { limit?, cursor? } -> RewrapView: one page; again with nextCursor until that is null
 */

export const MOST_KEYS_A_PAGE = 1000;

export const rewrapRequestSchema = z.strictObject({
  limit: z.int().min(1).max(MOST_KEYS_A_PAGE).default(200),
  cursor: z.string().min(1).max(600).optional(),
});

const keysUnder = z.object({
  kekId: z.string(),
  contentKeys: z.number(),
  singleKeys: z.number(),
  sourceUrls: z.number(),
  webhookSecrets: z.number(),
});

export const keysAtRestSchema = z
  .object({
    /** The key-encryption key that wraps from now on. */
    current: z.string(),
    keys: z.array(keysUnder.extend({ use: z.enum(["current", "former", "unknown", "none"]) })),
  })
  .meta({ id: "KeysAtRest" });

export const rewrapViewSchema = z
  .object({
    current: z.string(),
    rewrapped: z.number(),
    left: z.number(),
    unknown: z.array(keysUnder),
    damaged: z.array(
      z.object({
        /** Null for the secret of a webhook endpoint. */
        videoPostId: z.string().nullable(),
        fileIndex: z.number().nullable(),
        webhookId: z.string().nullable(),
        kind: z.enum(["content", "single-key", "source-url", "webhook-secret"]),
        quality: z.string().nullable(),
        keyVersion: z.number().nullable(),
        kekId: z.string(),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: "RewrappedPage" });

export type KeysAtRestView = z.infer<typeof keysAtRestSchema>;
export type RewrapView = z.infer<typeof rewrapViewSchema>;
