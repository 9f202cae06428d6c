import { parseSubRip } from "./parse-subrip.ts";
import { isWebVtt, parseWebVtt } from "./parse-webvtt.ts";
import { type ParsedTrack, refusedAt } from "./text-track.ts";

/** A subtitle file, whichever of the two formats it has. A file that would show nothing is refused. */
export function parseTextTrack(text: string): ParsedTrack {
  const parsed = isWebVtt(text) ? parseWebVtt(text) : parseSubRip(text);
  if (parsed.kind === "parsed" && parsed.track.cues.length === 0) return refusedAt(0, "it has no cues");
  return parsed;
}
