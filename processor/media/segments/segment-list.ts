/** One finished segment, as ffmpeg announces it. Times in seconds on the clock of the rendition. */
export type SegmentEntry = { readonly fileName: string; readonly startSeconds: number; readonly endSeconds: number };

/** Splits chunks of any size into the lines of a segment list (`seg_00001.ts,0.000000,6.000000`). */
export class SegmentListReader {
  #rest = "";

  /** Entries that are complete with this chunk; throws on a line that is none. */
  push(chunk: string): SegmentEntry[] {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines
      .map((line) => line.trimEnd())
      .filter((line) => line !== "")
      .map(parseSegmentLine);
  }
}

export function parseSegmentLine(line: string): SegmentEntry {
  const match = /^([^,/\\]+),(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/.exec(line);
  if (!match?.[1]) throw new Error(`Not a segment list line: ${JSON.stringify(line)}`);
  return { fileName: match[1], startSeconds: Number(match[2]), endSeconds: Number(match[3]) };
}

/** seg_00001.ts -> 1. */
export function segmentIndex(fileName: string): number {
  const match = /^seg_(\d{5,})\.ts$/.exec(fileName);
  if (!match) throw new Error(`Not a segment name: ${JSON.stringify(fileName)}`);
  return Number(match[1]);
}
