import { unknownColor } from "./color.ts";
import type { SourceAudio, SourceVideo } from "./source-facts.ts";

/** Sentences about what was assumed of the chosen tracks. */
export function sourceNotes(video: SourceVideo | null, audio: SourceAudio | null): string[] {
  return [pairNote(audio), colorNote(video)].filter((sentence) => sentence !== null);
}

function pairNote(audio: SourceAudio | null): string | null {
  if (!audio || audio.rightStreamIndex === null) return null;
  return `The mono audio tracks ${audio.streamIndex} and ${audio.rightStreamIndex} became left and right.`;
}

function colorNote(video: SourceVideo | null): string | null {
  const unknown = video && unknownColor(video);
  return unknown ? `The colour space ${unknown} is not known here: colours may differ from the original.` : null;
}
