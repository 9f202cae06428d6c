import { safeCueText } from "./cue-text.ts";
import { type Block, blocksOf, linesOf } from "./lines.ts";
import { addCue } from "./parse-webvtt.ts";
import { type Cue, type ParsedTrack, type Refused, refusedAt } from "./text-track.ts";
import { parseSubRipTime } from "./timestamps.ts";

/** Behind the times some files have coordinates in pixels of an unknown picture. */
const TIMING = /^\s*(\S+)\s*-->\s*(\S+)(?:\s+[XY][12]:-?\d+)*\s*$/;

/** `{\an8}` and the older `{\a6}`: nine places on the screen, as settings of WebVTT. */
const LINES = [[], ["line:50%"], ["line:0"]] as const;
const ALIGNMENTS = [["align:left"], [], ["align:right"]] as const;

/**
 * SubRip as WebVTT. It has no specification; this reads what ffmpeg and VLC read, and refuses times that are malformed.
 * Numbers are ignored, a blank line inside a text stays a new line, colours and fonts are left out.
 */
export function parseSubRip(source: string): ParsedTrack {
  const opened: Open[] = [];
  for (const block of blocksOf(linesOf(source))) {
    const read = readBlock(block);
    if ("kind" in read) return read;
    if (read.timed !== null) {
      opened.push({ ...read.timed, texts: [...read.texts] });
      continue;
    }
    // A blank line within a text; before the first cue it is another format.
    const last = opened.at(-1);
    if (last === undefined) return refusedAt(block.first.number, "it is neither WebVTT nor SubRip: there is no time");
    last.texts.push(...read.texts);
  }
  if (opened.length === 0) return refusedAt(0, "it has no cues");
  const cues: Cue[] = [];
  for (const cue of opened) {
    const refusal = close(cues, cue);
    if (refusal !== null) return refusal;
  }
  return { kind: "parsed", track: { styles: [], regions: [], cues: cues.sort((a, b) => a.startMs - b.startMs) } };
}

type Timed = { readonly startMs: number; readonly endMs: number; readonly line: number };
type Open = Timed & { readonly texts: string[] };

function readBlock({ lines }: Block): { timed: Timed | null; texts: readonly string[] } | Refused {
  const at = lines.findIndex(({ text }) => text.includes("-->"));
  const texts = lines.slice(at + 1).map(({ text }) => text.trim());
  const timing = lines[at];
  if (timing === undefined) return { timed: null, texts };
  const second = lines.slice(at + 1).find(({ text }) => text.includes("-->"));
  if (second !== undefined) return refusedAt(second.number, "a blank line is missing before a cue");
  const isNumbered = at === 1 && /^\s*\d+\s*$/.test(lines[0]?.text ?? "");
  if (at > 0 && !isNumbered) return refusedAt(timing.number, "a blank line is missing before a cue");
  const times = TIMING.exec(timing.text);
  const [startMs, endMs] = [parseSubRipTime(times?.[1] ?? ""), parseSubRipTime(times?.[2] ?? "")];
  if (startMs === null || endMs === null) return refusedAt(timing.number, "a time is not like 00:01:02,500");
  if (endMs <= startMs) return refusedAt(timing.number, "a cue ends at or before its start");
  return { timed: { startMs, endMs, line: timing.number }, texts };
}

function close(cues: Cue[], { startMs, endMs, line, texts }: Open): Refused | null {
  const raw = texts.join("\n");
  const text = safeCueText(plainMarkup(raw))
    .replace(/\n{2,}/g, "\n")
    .replace(/^\n|\n$/g, "");
  return addCue(cues, { id: null, startMs, endMs, settings: placeOf(raw), text }, line);
}

function plainMarkup(text: string): string {
  return text
    .replace(/\{\\[^{}\n]{0,200}\}/g, "")
    .replace(/<\/?font(?:\s[^<>\n]{0,200})?>/gi, "")
    .replace(/<(\/?)([biu])>/gi, (_tag, slash: string, name: string) => `<${slash}${name.toLowerCase()}>`);
}

function placeOf(text: string): readonly string[] {
  const place = Number(/\{\\an([1-9])[^{}\n]{0,200}\}/.exec(text)?.[1] ?? oldPlace(text));
  return [...LINES[Math.floor((place - 1) / 3)]!, ...ALIGNMENTS[(place - 1) % 3]!];
}

/** 1 to 3 at the bottom, 5 to 7 at the top, 9 to 11 in the middle. */
function oldPlace(text: string): number {
  const old = Number(/\{\\a(1[01]|[1-9])\}/.exec(text)?.[1] ?? 2);
  if (old === 4 || old === 8) return 2;
  if (old <= 3) return old;
  return old <= 7 ? old + 2 : old - 5;
}
