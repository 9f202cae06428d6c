import * as z from "zod";
import { singleLine } from "../../shared/application/plain-text.ts";
import { type Chapter, MOST_CHAPTER_TITLE, MOST_CHAPTERS } from "../../shared/domain/part/caption.ts";
import { unstorablePath } from "../../shared/lib/storable-text.ts";
import { decodeText } from "../../shared/webvtt/decode-text.ts";
import { isWebVtt, parseWebVtt } from "../../shared/webvtt/parse-webvtt.ts";
import { plainCueText } from "../../shared/webvtt/plain-cue-text.ts";
import { inputProblems, shownPath, UNSTORABLE } from "../http/input-problems.ts";
import type { GivenFile } from "../http/read-file.ts";
import { type Refusal, refused } from "../http/refusal.ts";
import { invalid } from "./store-text.ts";

const LONGEST_SECONDS = 9999 * 3600;

/** The JSON form. Milliseconds are all that WebVTT can say. */
export const chapterListSchema = z.strictObject({
  chapters: z
    .array(
      z.strictObject({
        startSeconds: z
          .number()
          .min(0)
          .max(LONGEST_SECONDS)
          .transform((seconds) => Math.round(seconds * 1000) / 1000),
        title: singleLine(MOST_CHAPTER_TITLE),
      }),
    )
    .min(1)
    .max(MOST_CHAPTERS)
    .refine(
      (items) => items.every(({ startSeconds }, n) => n === 0 || startSeconds > items[n - 1]!.startSeconds),
      "each chapter must start after the one before it",
    ),
});

type ReadChapters = { readonly kind: "chapters"; readonly items: readonly Chapter[] } | Refusal<"invalid">;

/** Chapters as WebVTT, whose cues are the chapters, or as JSON. The end of a chapter is the start of the next. */
export function readChapters({ bytes, charset }: GivenFile): ReadChapters {
  const decoded = decodeText(bytes, charset);
  if (decoded.kind === "refused") return invalid(decoded);
  const { text } = decoded;
  if (!isWebVtt(text)) return fromJson(text);
  const parsed = parseWebVtt(text);
  if (parsed.kind === "refused") return invalid(parsed);
  const chapters = parsed.track.cues.map((cue) => ({
    startSeconds: cue.startMs / 1000,
    title: plainCueText(cue.text),
  }));
  return checked({ chapters });
}

function fromJson(text: string): ReadChapters {
  try {
    return checked(JSON.parse(text));
  } catch {
    return refused("invalid", "the body is neither WebVTT nor JSON");
  }
}

function checked(given: unknown): ReadChapters {
  const parsed = chapterListSchema.safeParse(given);
  if (!parsed.success) return refused("invalid", inputProblems(parsed.error, "body"));
  const path = unstorablePath(given);
  if (path !== null) return refused("invalid", `${shownPath(path, "body")}: ${UNSTORABLE}`);
  return { kind: "chapters", items: parsed.data.chapters };
}
