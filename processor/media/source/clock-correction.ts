import { STEP_BACK_SECONDS } from "./packet-scan.ts";

/** One track that ffmpeg is asked for, in the state in which its last packet left it. Seconds on the corrected clock. */
type TrackState = {
  /** Where the next packet is due; null before the first, and after one of unknown length. */
  due: number | null;
  /** Where the decoder is. */
  decoded: number;
};

/** Where ffmpeg starts to count a track whose first packets have no decode time. */
export type ClockStart = {
  /** The origin of the file. */
  readonly originSeconds: number;
  /** By how much the pictures are decoded ahead of their presentation. */
  readonly reorderSeconds: number;
};

/** A packet as it reaches the decoder. */
export type PlacedPacket = {
  /** Decode time on the corrected clock; null where the packet has none. */
  readonly decode: number | null;
  /** What is added to the times of this packet. */
  readonly offset: number;
  /** Where the packet was due; null for the first of a track. */
  readonly due: number | null;
};

/**
 * What ffmpeg makes of the times of a container whose clock may step (process_input in fftools/ffmpeg.c, 4.x to 5.1).
 * One offset holds for all tracks. A packet moves it when it is due more than the threshold earlier or later, or when
 * it lies more than 0.1 s behind what is decoded: it then continues its own track. The first packet of a track is
 * compared with the last packet of any other.
 */
export class ClockCorrection {
  readonly #thresholdSeconds: number;
  readonly #tracks = new Map<number, TrackState>();
  #offset = 0;
  #latest: number | null = null;

  constructor(thresholdSeconds: number) {
    this.#thresholdSeconds = thresholdSeconds;
  }

  /** `start` is what counts for the first packet of a track. */
  place(stream: number, decode: number | null, durationSeconds: number, start: ClockStart): PlacedPacket {
    const track = this.#tracks.get(stream) ?? { due: null, decoded: Number.NEGATIVE_INFINITY };
    const { due } = track;
    if (decode !== null) this.#correct(decode + this.#offset, track);
    const placed = decode === null ? null : decode + this.#offset;
    if (placed !== null) this.#latest = placed;
    const end = (placed ?? due ?? start.originSeconds - start.reorderSeconds) + durationSeconds;
    track.due = durationSeconds > 0 ? end : null;
    track.decoded = end;
    this.#tracks.set(stream, track);
    return { decode: placed, offset: this.#offset, due };
  }

  #correct(decode: number, { due, decoded }: TrackState): void {
    const expected = due ?? this.#latest;
    if (expected === null) return;
    const step = decode - expected;
    const behind = due !== null && decode + STEP_BACK_SECONDS < decoded;
    if (Math.abs(step) > this.#thresholdSeconds || behind) this.#offset -= step;
  }
}
