/** One packet as ffprobe lists it; seconds on the file's own clock, null where the file does not say. */
export type Packet = {
  readonly stream: number;
  readonly pts: number | null;
  readonly dts: number | null;
  readonly duration: number | null;
  readonly keyframe: boolean;
  /** Decoded but not shown: an edit list cut it away. */
  readonly hidden: boolean;
};
