import type { TextTrack } from "./text-track.ts";

/** The track of the span that starts at `startMs` and lasts `durationMs`. What is shown outside of it is left out. */
export function cuesWithin(track: TextTrack, startMs: number, durationMs: number): TextTrack {
  const cues = track.cues.flatMap((cue) => {
    const [from, to] = [Math.max(0, cue.startMs - startMs), Math.min(durationMs, cue.endMs - startMs)];
    return from < to ? [{ ...cue, startMs: from, endMs: to }] : [];
  });
  return { ...track, cues };
}
