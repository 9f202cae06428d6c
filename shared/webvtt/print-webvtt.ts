import type { Cue, TextTrack } from "./text-track.ts";
import { formatTime } from "./timestamps.ts";

/** `headers` follow the signature, as X-TIMESTAMP-MAP does. Parsing the result without them gives the same track. */
export function printWebVtt({ styles, regions, cues }: TextTrack, headers: readonly string[] = []): string {
  const blocks = [
    ["WEBVTT", ...headers].join("\n"),
    ...regions.map((region) => `REGION\n${region}`),
    ...styles.map((style) => `STYLE\n${style}`),
    ...cues.map(printCue),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function printCue({ id, startMs, endMs, settings, text }: Cue): string {
  const timing = [`${formatTime(startMs)} --> ${formatTime(endMs)}`, ...settings].join(" ");
  return [...(id === null ? [] : [id]), timing, text].join("\n");
}
