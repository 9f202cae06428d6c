import { PesHeader } from "./pes-header.ts";
import { PictureReader } from "./picture-reader.ts";
import { ProgramTables } from "./program-tables.ts";
import type { SegmentTimes } from "./segment-times.ts";
import { SoundReader } from "./sound-reader.ts";

/** ISO/IEC 13818-1 2.4.3.2: packets of 188 bytes, each of which begins with 0x47. */
export const PACKET_BYTES = 188;
const SYNC_BYTE = 0x47;
const HEADER_BYTES = 4;
const NULL_PID = 0x1fff;

/** A fault completes "Segment 3 of 720p ...". */
export type SegmentReading =
  | { readonly kind: "read"; readonly times: SegmentTimes }
  | { readonly kind: "damaged"; readonly fault: string };

/**
 * Reads the headers of MPEG-TS segments in memory: tables, times and counters, and nothing of the pictures and the
 * sound themselves. One reader serves any number of segments, one after the other.
 */
export class SegmentReader {
  readonly #tables = new ProgramTables();
  readonly #picture = new PictureReader();
  readonly #sound = new SoundReader();
  readonly #pes = new PesHeader();

  read(bytes: Uint8Array): SegmentReading {
    this.#tables.reset();
    this.#picture.reset();
    this.#sound.reset();
    if (bytes.length === 0) return damaged("is empty");
    if (bytes.length % PACKET_BYTES !== 0) return damaged("is cut off inside a packet");
    for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
      const fault = this.#packet(bytes, at);
      if (fault !== null) return damaged(fault);
    }
    if (!this.#tables.complete) return damaged("does not say which tracks it has");
    return { kind: "read", times: this.#times() };
  }

  /** Presentation times of the pictures that were read last, sorted; the next segment overwrites them. */
  get pictureTimes(): Float64Array {
    return this.#picture.times();
  }

  #times(): SegmentTimes {
    const { continuity: picture } = this.#picture;
    const { continuity: sound } = this.#sound;
    return {
      picture: this.#picture.finish(),
      sound: this.#sound.finish(),
      lostPackets: picture.lost || sound.lost,
      counters: {
        picture: { first: picture.first, last: picture.last },
        sound: { first: sound.first, last: sound.last },
      },
    };
  }

  /** What is wrong with a packet, or null. */
  #packet(bytes: Uint8Array, at: number): string | null {
    if (bytes[at] !== SYNC_BYTE) return "holds bytes that are no MPEG-TS";
    const flags = bytes[at + 1] as number;
    const pid = ((flags & 0x1f) << 8) | (bytes[at + 2] as number);
    if (pid === NULL_PID) return null;
    const control = bytes[at + 3] as number;
    if ((flags & 0x80) !== 0) return "has packets that are marked as damaged";
    const end = at + PACKET_BYTES;
    let from = at + HEADER_BYTES;
    let adaptation = 0;
    if ((control & 0x20) !== 0) {
      const length = bytes[from] as number;
      if (length > 0) adaptation = bytes[from + 1] as number;
      from += 1 + length;
      if (from > end) return "has a damaged packet header";
    }
    if ((control & 0x10) === 0) return null;
    const starts = (flags & 0x40) !== 0;
    const { picturePid, soundPid, complete } = this.#tables;
    if (pid !== picturePid && pid !== soundPid) {
      if (!complete) this.#tables.push(pid, bytes.subarray(from, end), starts);
      return null;
    }
    if ((control & 0xc0) !== 0) return "is scrambled";
    const track = pid === picturePid ? this.#picture : this.#sound;
    if (!track.continuity.next(bytes, at, control & 0x0f, (adaptation & 0x80) !== 0)) return null;
    if (!starts) {
      track.payload(bytes, from, end);
      return null;
    }
    const pes = this.#pes;
    if (!pes.read(bytes, from, end)) return "has a damaged header of a frame";
    if (track === this.#picture) {
      if (pes.pts === -1) return "has a picture without a time";
      track.begin(pes.pts, pes.dts, (adaptation & 0x40) !== 0);
    } else this.#sound.begin(pes.pts);
    track.payload(bytes, pes.payloadAt, end);
    return null;
  }
}

function damaged(fault: string): SegmentReading {
  return { kind: "damaged", fault };
}
