import * as z from "zod";
import { FAILURE_CODES } from "../../../shared/domain/job/failure.ts";
import { QUALITIES, type Quality } from "../../../shared/domain/quality/quality.ts";

/* Shapes that several routes have. Strict in requests; in responses a further member is a fault that the tests find. */

export const videoPostId = z.string().min(1).max(64);
export const fileIndex = z.int().min(0);
/** The version of a post that the caller has seen. Without it, a request applies to whatever is there. */
export const seenVersion = z.int().min(1);
/** Of a failed job, from the closed list of docs/failure-codes.md. */
export const failCode = z.enum(FAILURE_CODES).meta({ id: "FailureCode" });
export const quality = z.enum(QUALITIES as [Quality, ...Quality[]]);
/** RFC 3339, as Date#toISOString writes it. */
export const instant = z.iso.datetime();
/** Milliseconds since the epoch. */
export const millis = z.int();

/** A filter of a query, in milliseconds: RFC 3339 with a zone. */
export const givenInstant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** A whole number in a query. */
export const wholeNumber = (smallest: number, largest?: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, "a whole number")
    .transform(Number)
    .pipe(largest === undefined ? z.int().min(smallest) : z.int().min(smallest).max(largest));

/** Of a request without a body. */
export const versionQuery = z.strictObject({ version: wholeNumber(1).optional() });

export const problemSchema = z
  .object({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().optional(),
  })
  .meta({
    id: "Problem",
    description: "RFC 9457. `code` never changes its meaning; `title` and `detail` are for people.",
  });

export const policySchema = z
  .object({
    quality,
    policy: z.enum(["PUBLIC", "AUTHENTICATED", "ENTITLED", "DENIED"]),
    entitlement: z.string().nullable(),
  })
  .meta({ id: "QualityPolicy" });

export const captionSchema = z
  .object({
    captionId: z.string(),
    origin: z.enum(["UPLOADED", "SOURCE"]).meta({ description: "SOURCE: found in the file of the part" }),
    language: z.string(),
    name: z.string(),
    default: z.boolean(),
    forced: z.boolean(),
    characteristics: z.array(z.string()),
    cues: z.int(),
    bytes: z.int().meta({ description: "Of the stored WebVTT" }),
    createdAt: millis,
    textChangedAt: millis,
  })
  .meta({ id: "Caption" });

export const chapterSchema = z
  .object({ startSeconds: z.number(), title: z.string() })
  .meta({ id: "Chapter", description: "It ends where the next one starts, or with the part" });

export const nextCursor = z.string().nullable().describe("`cursor` of the next page, or null on the last page");
