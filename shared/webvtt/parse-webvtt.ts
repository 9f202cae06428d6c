import { parseCueSettings } from "./cue-settings.ts";
import { safeCueText } from "./cue-text.ts";
import { type Block, blocksOf, type Line, linesOf } from "./lines.ts";
import { regionId, styleFault } from "./style-blocks.ts";
import {
  type Cue,
  MOST_BLOCK_CHARACTERS,
  MOST_BLOCKS,
  MOST_CUE_CHARACTERS,
  MOST_CUES,
  type ParsedTrack,
  type Refused,
  refusedAt,
} from "./text-track.ts";
import { parseWebVttTime } from "./timestamps.ts";

/** `skip`: what a player would skip is skipped here too. For texts that a program has made of other formats. */
export type WebVttReading = { readonly onFault?: "refuse" | "skip" };

type Reading = { styles: string[]; regions: string[]; regionIds: Set<string>; cues: Cue[] };

/**
 * Reads a WebVTT file strictly: what a player would skip without a word (a malformed time, an unknown setting) is
 * refused with its line. Comments are left out, and cues are put in the order of their starts.
 */
export function parseWebVtt(text: string, { onFault = "refuse" }: WebVttReading = {}): ParsedTrack {
  const lines = linesOf(text);
  if (!isWebVtt(text)) return refusedAt(1, "the first line is not WEBVTT");
  const blank = lines.findIndex((line) => line.text.trim() === "");
  const header = blank < 0 ? lines : lines.slice(0, blank);
  const fault = headerFault(header);
  if (fault !== null) return fault;
  const reading: Reading = { styles: [], regions: [], regionIds: new Set(), cues: [] };
  for (const block of blocksOf(lines.slice(header.length))) {
    const refusal = readBlock(reading, block);
    if (refusal !== null && onFault === "refuse") return refusal;
  }
  const { styles, regions, cues } = reading;
  return { kind: "parsed", track: { styles, regions, cues: cues.sort((a, b) => a.startMs - b.startMs) } };
}

/** WebVTT 4.1: the signature, alone or with a text behind a space or tab. */
export function isWebVtt(text: string): boolean {
  return /^\uFEFF?WEBVTT(?:[ \t\r\n]|$)/.test(text);
}

function headerFault(header: readonly Line[]): Refused | null {
  for (const line of header.slice(1)) {
    // RFC 8216 3.5: it is of one segment of another stream, whose clock is not known here.
    if (/^X-TIMESTAMP-MAP/i.test(line.text)) {
      return refusedAt(
        line.number,
        "it has X-TIMESTAMP-MAP; remove it, with times that count from the start of the part",
      );
    }
    if (line.text.includes("-->")) return refusedAt(line.number, "a blank line is missing before the first cue");
  }
  return null;
}

function readBlock(reading: Reading, block: Block): Refused | null {
  const { lines, first } = block;
  if (/^NOTE(?:[ \t]|$)/.test(first.text)) return commentFault(lines);
  if (/^(STYLE|REGION)[ \t]*$/.test(first.text)) return readDefinition(reading, block);
  return readCue(reading, block);
}

/** WebVTT 4.1: a comment holds no arrow. With one, a blank line is missing, and a cue would be lost. */
function commentFault(lines: readonly Line[]): Refused | null {
  const arrow = lines.find(({ text }) => text.includes("-->"));
  return arrow === undefined ? null : refusedAt(arrow.number, "a blank line is missing between a comment and a cue");
}

function readDefinition({ styles, regions, regionIds, cues }: Reading, { lines, first }: Block): Refused | null {
  const body = lines.slice(1).map(({ text }) => text);
  const text = body.join("\n");
  if (cues.length > 0) return refusedAt(first.number, "STYLE and REGION come before the first cue");
  if (text.includes("-->")) return refusedAt(first.number, "a blank line is missing behind STYLE or REGION");
  if (text.length > MOST_BLOCK_CHARACTERS) return refusedAt(first.number, "a STYLE or REGION block is too long");
  if (styles.length + regions.length >= MOST_BLOCKS) return refusedAt(first.number, "it has too many STYLE blocks");
  if (first.text.startsWith("STYLE")) {
    const fault = styleFault(text);
    if (fault !== null) return refusedAt(first.number, fault);
    styles.push(text);
    return null;
  }
  const id = regionId(text);
  if (id === null) return refusedAt(first.number, "a REGION has no id, or a setting that WebVTT does not have");
  if (regionIds.has(id)) return refusedAt(first.number, "two regions have the same id");
  regionIds.add(id);
  regions.push(body.join(" "));
  return null;
}

/** WebVTT 4.1: an identifier, if there is one, then times and settings, then the text. */
function readCue({ cues, regionIds }: Reading, { lines, first }: Block): Refused | null {
  const hasId = !first.text.includes("-->");
  const timing = hasId ? lines[1] : first;
  if (timing === undefined || !timing.text.includes("-->")) {
    return refusedAt(first.number, "there is a text without a time");
  }
  const times = /^[ \t]*(\S+)[ \t]+-->[ \t]+(\S+)([ \t].*)?$/.exec(timing.text);
  const [startMs, endMs] = [parseWebVttTime(times?.[1] ?? ""), parseWebVttTime(times?.[2] ?? "")];
  if (startMs === null || endMs === null) return refusedAt(timing.number, "a time is not like 00:01:02.500");
  if (endMs <= startMs) return refusedAt(timing.number, "a cue ends at or before its start");
  const settings = parseCueSettings(times?.[3] ?? "", regionIds);
  if (typeof settings === "string") return refusedAt(timing.number, settings);
  const texts = lines.slice(hasId ? 2 : 1);
  const arrow = texts.find(({ text }) => text.includes("-->"));
  if (arrow !== undefined) return refusedAt(arrow.number, "a blank line is missing before a cue");
  const text = safeCueText(texts.map((line) => line.text.trimEnd()).join("\n"));
  return addCue(cues, { id: hasId ? first.text.trim() : null, startMs, endMs, settings, text }, timing.number);
}

/** A cue without text shows nothing and is left out. */
export function addCue(cues: Cue[], cue: Cue, line: number): Refused | null {
  if (cue.text.length > MOST_CUE_CHARACTERS)
    return refusedAt(line, `a cue has at most ${MOST_CUE_CHARACTERS} characters`);
  if (cues.length >= MOST_CUES) return refusedAt(line, `a file has at most ${MOST_CUES} cues`);
  if (cue.text !== "") cues.push(cue);
  return null;
}
