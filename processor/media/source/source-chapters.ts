import { type Chapter, MOST_CHAPTER_TITLE, MOST_CHAPTERS } from "../../../shared/domain/part/caption.ts";
import { singleLineOf } from "./source-text.ts";
import type { Report } from "./stream-report.ts";

/** Chapters as the container has them, on the clock of the file. */
export type SourceChapter = { readonly startSeconds: number; readonly title: string };

export function readChapters({ chapters }: Report): readonly SourceChapter[] {
  return chapters.flatMap(({ start_time, tags }) =>
    start_time === undefined ? [] : { startSeconds: start_time, title: singleLineOf(tags?.title ?? "") },
  );
}

/** On the clock of the result. `shiftSeconds` leads there; a chapter that starts before it starts with it. */
export function chaptersOfResult(
  chapters: readonly SourceChapter[],
  shiftSeconds: number,
  durationSeconds: number,
): readonly Chapter[] {
  const placed = chapters
    .map(({ startSeconds, title }) => ({
      startSeconds: Math.max(0, toMilliseconds(startSeconds + shiftSeconds)),
      title,
    }))
    .toSorted((a, b) => a.startSeconds - b.startSeconds);
  return placed
    .filter(({ startSeconds }, n) => startSeconds < durationSeconds && startSeconds !== placed[n + 1]?.startSeconds)
    .slice(0, MOST_CHAPTERS)
    .map(({ startSeconds, title }, n) => ({
      startSeconds,
      title: title === "" ? `Chapter ${n + 1}` : title.slice(0, MOST_CHAPTER_TITLE).trim(),
    }));
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
