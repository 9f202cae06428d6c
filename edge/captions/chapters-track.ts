import type { Chapter } from "../../shared/domain/part/caption.ts";
import { safeCueText } from "../../shared/webvtt/cue-text.ts";
import { printWebVtt } from "../../shared/webvtt/print-webvtt.ts";

/** Of the last chapter of a part whose length is not known. */
const OPEN_END_SECONDS = 24 * 3600;

/** Chapters as a WebVTT file for `<track kind="chapters">`. */
export function chaptersTrack(chapters: readonly Chapter[], durationSeconds: number | null): string {
  const cues = chapters.flatMap(({ startSeconds, title }, index) => {
    const end = chapters[index + 1]?.startSeconds ?? durationSeconds ?? startSeconds + OPEN_END_SECONDS;
    const [startMs, endMs] = [Math.round(startSeconds * 1000), Math.round(end * 1000)];
    // A title is no markup.
    const text = safeCueText(title.replaceAll("&", "&amp;").replaceAll("<", "&lt;"));
    return startMs < endMs ? [{ id: null, startMs, endMs, settings: [], text }] : [];
  });
  return printWebVtt({ styles: [], regions: [], cues });
}

/** Chapters as JSON. The order of members is ours: Postgres does not keep that of what it stores. */
export function chaptersJson(chapters: readonly Chapter[]): string {
  return JSON.stringify({ chapters: chapters.map(({ startSeconds, title }) => ({ startSeconds, title })) });
}
