import * as z from "zod";
import { singleLine } from "../../../../shared/application/plain-text.ts";
import { canonicalLanguage, MOST_CAPTIONS } from "../../../../shared/domain/part/caption.ts";
import { TOKEN_PLACEHOLDER } from "../../../../shared/domain/part/content-key.ts";
import { MOST_TEXT_BYTES } from "../../../../shared/webvtt/text-track.ts";
import { defineRoute } from "../../definition.ts";
import { captionSchema, fileIndex, seenVersion, versionQuery, wholeNumber } from "../shapes.ts";
import { READ, VERSIONED_PROBLEMS, WRITE } from "./posts.ts";

const MOST_CHARACTERISTICS = 8;

const language = z
  .string()
  .transform((text, check) => {
    const canonical = canonicalLanguage(text);
    if (canonical === null) check.addIssue({ code: "custom", message: "must be a BCP 47 language tag, such as pt-BR" });
    return canonical ?? z.NEVER;
  })
  .meta({ description: "BCP 47, for example `en` or `pt-BR`" });
/** RFC 8216 4.2: a quoted string holds no quote. */
const name = singleLine(100)
  .refine((text) => !/["\uFEFF]/.test(text), 'must not contain " or U+FEFF')
  .refine((text) => !text.includes(TOKEN_PLACEHOLDER), `must not contain ${TOKEN_PLACEHOLDER}`)
  .transform((text) => text.normalize("NFC"));
/** A uniform type identifier. */
const characteristic = z
  .string()
  .regex(/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/, "must be like public.accessibility.transcribes-spoken-dialog")
  .max(100);
const isUnique = (list: readonly string[]) => new Set(list).size === list.length;
const characteristics = z.array(characteristic).max(MOST_CHARACTERISTICS).refine(isUnique, "must name each once");
const flag = z.enum(["true", "false"]).transform((text) => text === "true");

const partCaptions = z.object({
  videoPostId: z.string(),
  fileIndex,
  version: z.int().min(1),
  captions: z.array(captionSchema),
});
const partCaptionsSchema = partCaptions.meta({ id: "PartCaptions", description: "In the order of the players' lists" });
const CAPTIONS = { description: "All captions of the part", schema: partCaptionsSchema };

const SUBTITLES = {
  description: "A WebVTT or SubRip file in UTF-8, or in the charset that Content-Type declares",
  types: ["text/vtt", "application/x-subrip"],
  longestBytes: MOST_TEXT_BYTES,
} as const;

export const listCaptions = defineRoute({
  method: "GET",
  path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/captions",
  operationId: "listCaptions",
  tag: "Posts",
  summary: "Lists the captions of a part",
  access: READ,
  responses: { 200: CAPTIONS },
  problems: ["not-found"],
});

export const addCaption = defineRoute({
  method: "POST",
  path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/captions",
  operationId: "addCaption",
  tag: "Posts",
  summary: "Adds captions to a part, from a WebVTT or SubRip file",
  access: WRITE,
  audit: "post.captions.add",
  query: z.strictObject({
    language,
    name,
    default: flag.optional(),
    forced: flag.optional(),
    characteristics: z
      .string()
      .transform((text) => text.split(","))
      .pipe(characteristics)
      .optional()
      .meta({ description: "Separated by commas" }),
    version: wholeNumber(1).optional(),
  }),
  file: SUBTITLES,
  responses: {
    201: {
      description: "The new captions, and all captions of the part",
      schema: partCaptions.extend({ captionId: z.string() }).meta({ id: "AddedCaption" }),
    },
  },
  problems: VERSIONED_PROBLEMS,
});

export const changeCaption = defineRoute({
  method: "PATCH",
  path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/captions/{captionId}",
  operationId: "changeCaption",
  tag: "Posts",
  summary: "Changes the language, the name or the flags of captions",
  access: WRITE,
  audit: "post.captions.change",
  body: z.strictObject({
    language: language.optional(),
    name: name.optional(),
    default: z.boolean().optional(),
    forced: z.boolean().optional(),
    characteristics: characteristics.optional(),
    version: seenVersion.optional(),
  }),
  responses: { 200: CAPTIONS },
  problems: VERSIONED_PROBLEMS,
});

export const deleteCaption = defineRoute({
  method: "DELETE",
  path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/captions/{captionId}",
  operationId: "deleteCaption",
  tag: "Posts",
  summary: "Deletes captions",
  access: WRITE,
  audit: "post.captions.delete",
  query: versionQuery,
  responses: { 200: CAPTIONS },
  problems: VERSIONED_PROBLEMS,
});

export const getCaptionText = defineRoute({
  method: "GET",
  path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/captions/{captionId}/text",
  operationId: "getCaptionText",
  tag: "Posts",
  summary: "Returns the WebVTT of captions",
  access: READ,
  responses: { 200: { description: "The file as it is stored", files: ["text/vtt; charset=utf-8"] } },
  problems: ["not-found"],
});

export const replaceCaptionText = defineRoute({
  method: "PUT",
  path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/captions/{captionId}/text",
  operationId: "replaceCaptionText",
  tag: "Posts",
  summary: "Replaces the text of captions",
  access: WRITE,
  audit: "post.captions.replace-text",
  query: versionQuery,
  file: SUBTITLES,
  responses: { 200: CAPTIONS },
  problems: VERSIONED_PROBLEMS,
});

export const orderCaptions = defineRoute({
  method: "PUT",
  path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/caption-order",
  operationId: "orderCaptions",
  tag: "Posts",
  summary: "Sets the order of all captions of a part",
  access: WRITE,
  audit: "post.captions.reorder",
  body: z.strictObject({ captionIds: z.array(z.string().max(64)).max(MOST_CAPTIONS), version: seenVersion.optional() }),
  responses: { 200: CAPTIONS },
  problems: VERSIONED_PROBLEMS,
});
