/** Ticks of the 90 kHz clock of MPEG-TS; not wrapped within a segment. */
export type Ticks = number;

export const TICKS_PER_SECOND = 90_000;
/** ISO/IEC 13818-1 2.4.3.7: PTS and DTS have 33 bits, so the clock starts again after 26.5 hours. */
export const CLOCK_TICKS = 2 ** 33;

/** What the headers of one segment say about its picture. Presentation times are in order, whatever B-frames do. */
export type PictureTimes = {
  /** Pictures, each of which is one PES packet. */
  readonly frames: number;
  readonly firstPts: Ticks;
  readonly lastPts: Ticks;
  readonly firstDts: Ticks;
  readonly lastDts: Ticks;
  /** Between neighbours in presentation order; 0 for a single frame. */
  readonly smallestGap: Ticks;
  readonly largestGap: Ticks;
  /** Every DTS is after the one before it, and no picture is presented before it is decoded. */
  readonly ordered: boolean;
  /** The first picture is an IDR, or is marked as a point where decoding can start. */
  readonly keyframeFirst: boolean;
};

/** What the headers of one segment say about its sound. One PES packet of ffmpeg holds several AAC frames. */
export type SoundTimes = {
  /** AAC frames that begin in the segment. */
  readonly frames: number;
  readonly firstPts: Ticks;
  /** After the last frame. */
  readonly endPts: Ticks;
  readonly frameTicks: Ticks;
  /** The largest distance from the end of one PES packet to the beginning of the next: holes, and overlaps as positive. */
  readonly largestHole: Ticks;
  readonly largestOverlap: Ticks;
  /** The last frame is there to its last byte, and every header was where the one before it said. */
  readonly whole: boolean;
};

export type SegmentTimes = {
  /** Null where the segment has no such track. */
  readonly picture: PictureTimes | null;
  readonly sound: SoundTimes | null;
  /** Packets that are missing, as far as the continuity counters show. */
  readonly lostPackets: boolean;
  /** The counters of the first and the last packet of picture and sound, -1 without the track. */
  readonly counters: Continuity;
};

export type Continuity = {
  readonly picture: { readonly first: number; readonly last: number };
  readonly sound: { readonly first: number; readonly last: number };
};

/** `ticks` on the turn of the 33-bit clock that is nearest to `near`. */
export function unwrapped(ticks: Ticks, near: Ticks): Ticks {
  return ticks + Math.round((near - ticks) / CLOCK_TICKS) * CLOCK_TICKS;
}
