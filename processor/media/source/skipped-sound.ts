import type { FileBytes } from "./container-end.ts";

/** Files of sound alone whose frames follow each other: what is damaged is skipped, and the rest comes earlier. */
const LARGEST_FRAME_BYTES: Readonly<Record<string, number>> = { mp3: 2881, aac: 8191, ac3: 3840, eac3: 4096 };
/** Tags of other kinds, a frame that was cut off, the header frame of MP3. */
const GRANTED_SECONDS = 0.5;
const GRANTED_SHARE = 0.005;
const ID3V1_BYTES = 128;
const APE_FOOTER_BYTES = 32;

/** Adds up the packets that ffprobe lists as `size,duration_time`: those that can be a frame. */
export class FrameBytes {
  readonly #largest: number;
  #bytes = 0;
  #seconds = 0;
  #rest = "";
  #last: { readonly bytes: number; readonly isFrame: boolean } | null = null;

  private constructor(largest: number) {
    this.#largest = largest;
  }

  /** Null for containers that say where their packets are. */
  static of(container: string): FrameBytes | null {
    const largest = LARGEST_FRAME_BYTES[container];
    return largest === undefined ? null : new FrameBytes(largest);
  }

  push(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#packet(line);
  }

  /** Seconds that a file of so many bytes lacks, null for next to none. What follows the last frame may be anything. */
  finish(fileBytes: number): number | null {
    const tail = this.#last && !this.#last.isFrame ? this.#last.bytes : 0;
    if (this.#bytes === 0 || this.#seconds === 0) return null;
    const seconds = ((fileBytes - tail - this.#bytes) * this.#seconds) / this.#bytes;
    return tellingSeconds(seconds, this.#seconds);
  }

  #packet(line: string): void {
    // ffprobe prints the columns in its own order: the duration stands before the size.
    const [seconds = Number.NaN, bytes = Number.NaN] = line.split(",").map(Number);
    if (!Number.isFinite(bytes)) return;
    const isFrame = bytes <= this.#largest;
    this.#last = { bytes, isFrame };
    if (!isFrame) return;
    this.#bytes += bytes;
    this.#seconds += Number.isFinite(seconds) ? seconds : 0;
  }
}

/** Null for so little of a file that it is how files are made. */
export function tellingSeconds(skipped: number, ofSeconds: number): number | null {
  return skipped > Math.max(GRANTED_SECONDS, ofSeconds * GRANTED_SHARE) ? skipped : null;
}

/** Bytes of a file of sound without its tags: ID3v2 before it, APE and ID3v1 behind it. */
export async function soundBytes(file: FileBytes): Promise<number> {
  const head = await file.read(0, 10);
  const hasHead = head.toString("latin1", 0, 3) === "ID3" && head.length === 10;
  const id3v2 = hasHead ? 10 + [6, 7, 8, 9].reduce((sum, i) => sum * 128 + ((head[i] ?? 0) & 0x7f), 0) : 0;
  const end = await file.read(Math.max(0, file.size - ID3V1_BYTES), ID3V1_BYTES);
  const id3v1 = end.toString("latin1", 0, 3) === "TAG" ? ID3V1_BYTES : 0;
  const footer = await file.read(Math.max(0, file.size - id3v1 - APE_FOOTER_BYTES), APE_FOOTER_BYTES);
  const hasApe = footer.toString("latin1", 0, 8) === "APETAGEX" && footer.length === APE_FOOTER_BYTES;
  const ape = hasApe ? footer.readUInt32LE(12) + APE_FOOTER_BYTES : 0;
  return Math.max(0, file.size - id3v2 - id3v1 - ape);
}
