import { PesHeader } from "../segments/pes-header.ts";
import { PACKET_BYTES } from "../segments/segment-reader.ts";
import { TICKS_PER_SECOND } from "../segments/segment-times.ts";
import { type AacElement, ELEMENT_BYTES, firstElement } from "./aac-element.ts";

/** One frame of a copied track: what its header says, and what its bytes begin with. */
export type AacFrame = {
  readonly seconds: number;
  /** The channel configuration of its header (ISO/IEC 14496-3, 1.6.3.4); 0 where the stream describes its channels itself. */
  readonly configuration: number;
  readonly sampleRate: number;
  readonly element: AacElement | null;
};

/** Where ffmpeg puts the first track of a transport stream. */
const SOUND_PID = 0x100;
const ADTS_BYTES = 7;
const CHECKSUM_BYTES = 2;
const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350,
];

/** Writes a track of AAC as it is, one frame a PES packet, each with its own header (ADTS). */
export const AAC_COPY_OUTPUT = ["-c", "copy", "-muxdelay", "0", "-muxpreload", "0", "-pes_payload_size", "0"] as const;

/** Reads such a copy, in chunks of any size. */
export class AacCopyReader {
  readonly #onFrame: (frame: AacFrame) => void;
  readonly #pes = new PesHeader();
  readonly #frame = Buffer.alloc(ELEMENT_BYTES);
  #filled = 0;
  #seconds = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(onFrame: (frame: AacFrame) => void) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const whole = bytes.length - (bytes.length % PACKET_BYTES);
    for (let at = 0; at < whole; at += PACKET_BYTES) this.#packet(bytes, at);
    this.#rest = bytes.subarray(whole);
  }

  /** False where the copy ends inside a packet. */
  finish(): boolean {
    this.#endFrame();
    return this.#rest.length === 0;
  }

  #endFrame(): void {
    const bytes = this.#frame.subarray(0, this.#filled);
    this.#filled = 0;
    if (bytes.length < ADTS_BYTES) return;
    const [, flags = 0, profile = 0, channels = 0] = bytes;
    const start = ADTS_BYTES + ((flags & 1) === 0 ? CHECKSUM_BYTES : 0);
    this.#onFrame({
      seconds: this.#seconds,
      configuration: ((profile & 1) << 2) | (channels >> 6),
      sampleRate: SAMPLE_RATES[(profile >> 2) & 0x0f] ?? 0,
      element: firstElement(bytes.subarray(start)),
    });
  }

  #packet(bytes: Buffer, at: number): void {
    const payloadAt = soundPayload(bytes, at);
    if (payloadAt === null) return;
    const end = at + PACKET_BYTES;
    let from = payloadAt;
    if (startsFrame(bytes, at)) {
      this.#endFrame();
      if (!this.#pes.read(bytes, from, end)) return;
      this.#seconds = this.#pes.pts / TICKS_PER_SECOND;
      from = this.#pes.payloadAt;
    }
    this.#filled += bytes.copy(this.#frame, this.#filled, from, end);
  }
}

/** Corrects the headers of a copy: a decoder follows what the header of each frame says. */
export class AacCopyWriter {
  readonly #configurations: Iterator<number>;
  readonly #pes = new PesHeader();
  #hasMoreFrames = false;

  /** The channel configuration of each frame. */
  constructor(configurations: Iterator<number>) {
    this.#configurations = configurations;
  }

  /** Whole packets, which are changed in place. */
  correct(bytes: Buffer): void {
    for (let at = 0; at + PACKET_BYTES <= bytes.length; at += PACKET_BYTES) {
      const payloadAt = soundPayload(bytes, at);
      if (payloadAt === null || !startsFrame(bytes, at)) continue;
      if (!this.#pes.read(bytes, payloadAt, at + PACKET_BYTES)) continue;
      const next = this.#configurations.next();
      if (next.done) this.#hasMoreFrames = true;
      else setConfiguration(bytes, this.#pes.payloadAt, next.value);
    }
  }

  /** Whether there were as many frames as configurations. */
  isComplete(): boolean {
    return !this.#hasMoreFrames && this.#configurations.next().done === true;
  }
}

/** Three bits of an ADTS header (ISO/IEC 14496-3, 1.A.2.2.1). */
function setConfiguration(bytes: Buffer, header: number, configuration: number): void {
  bytes[header + 2] = ((bytes[header + 2] ?? 0) & 0xfe) | (configuration >> 2);
  bytes[header + 3] = ((bytes[header + 3] ?? 0) & 0x3f) | ((configuration & 3) << 6);
}

/** Where the payload of a packet of the sound begins; null for any other packet. */
function soundPayload(bytes: Buffer, at: number): number | null {
  const pid = (((bytes[at + 1] ?? 0) & 0x1f) << 8) | (bytes[at + 2] ?? 0);
  const flags = bytes[at + 3] ?? 0;
  if (pid !== SOUND_PID || (flags & 0x10) === 0) return null;
  return at + 4 + ((flags & 0x20) === 0 ? 0 : 1 + (bytes[at + 4] ?? 0));
}

function startsFrame(bytes: Buffer, at: number): boolean {
  return ((bytes[at + 1] ?? 0) & 0x40) !== 0;
}
