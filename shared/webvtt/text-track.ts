/** One text on the screen. Times are milliseconds from the start of the part. */
export type Cue = {
  readonly id: string | null;
  readonly startMs: number;
  readonly endMs: number;
  /** As WebVTT writes them, for example `align:left`. */
  readonly settings: readonly string[];
  /** WebVTT cue text: markup that is none is escaped, lines end with LF, no line is empty. */
  readonly text: string;
};

/** A WebVTT file without its comments. Cues are in the order of their starts. */
export type TextTrack = {
  /** CSS of STYLE blocks, and the settings of REGION blocks. */
  readonly styles: readonly string[];
  readonly regions: readonly string[];
  readonly cues: readonly Cue[];
};

/** `line` counts from 1; 0 stands for the whole file. `reason` says what is wrong and quotes nothing of the file. */
export type Refused = { readonly kind: "refused"; readonly line: number; readonly reason: string };

export type ParsedTrack = { readonly kind: "parsed"; readonly track: TextTrack } | Refused;

/** A film of three hours has about 3,000 cues and 200 kB. */
export const MOST_TEXT_BYTES = 2 * 2 ** 20;
export const MOST_CUES = 20_000;
export const MOST_CUE_CHARACTERS = 4000;
/** Of one block of styles or regions, and of how many blocks. */
export const MOST_BLOCK_CHARACTERS = 10_000;
export const MOST_BLOCKS = 100;

export function refusedAt(line: number, reason: string): Refused {
  return { kind: "refused", line, reason };
}
