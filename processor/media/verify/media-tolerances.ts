import { TICKS_PER_SECOND, type Ticks } from "../segments/segment-times.ts";

/** PTS are rounded to 11 microseconds, playlists to one: a millisecond is beyond both, and far below a frame. */
export const ROUNDING_TICKS: Ticks = 0.001 * TICKS_PER_SECOND;

/** How far segments may depart from what they should say. Only what differs between ladders made here and imported ones. */
export type MediaTolerances = {
  /** A playlist's duration of a segment against its media: of one in whole seconds, and of any other. */
  readonly durationTicks: { readonly whole: Ticks; readonly exact: Ticks };
  /** Between the sound of one segment and that of the next; null: one AAC frame. */
  readonly soundTicks: Ticks | null;
  /** Between the beginnings of a segment in two rungs; null: they need not be cut at the same places. */
  readonly boundaryTicks: Ticks | null;
  /** Continuity counters count through all segments, and every segment begins and ends with whole AAC frames. */
  readonly oneMuxer: boolean;
};

/** One encoder and one muxer made all segments: nothing but rounding may differ. */
const TO_THE_MILLISECOND = { whole: ROUNDING_TICKS, exact: ROUNDING_TICKS };

export const OWN_LADDER: MediaTolerances = {
  durationTicks: TO_THE_MILLISECOND,
  soundTicks: null,
  boundaryTicks: ROUNDING_TICKS,
  oneMuxer: true,
};

/** Frames of the sound that stand up to so far apart are heard as one; sound of another place is further away. */
const JOINED_SOUND_SECONDS = 0.1;

/**
 * Clear renditions that are stored, made here or imported: the playlist was written from the media, but other packagers
 * start their counters again anywhere, where players do not mind, and cut the sound elsewhere.
 */
export const STORED_LADDER: MediaTolerances = {
  durationTicks: TO_THE_MILLISECOND,
  soundTicks: JOINED_SOUND_SECONDS * TICKS_PER_SECOND,
  boundaryTicks: null,
  oneMuxer: false,
};

/** Before version 3 of HLS durations were whole seconds, and packagers rounded them up as well as down. */
const WHOLE_SECONDS = 1;
/** Others count to the end of the sound, or leave out the last frame. */
const ROUGH_SECONDS = 0.25;

/** As other packagers make them: durations are announced roughly, and are written again from the media. */
export const IMPORTED_LADDER: MediaTolerances = {
  ...STORED_LADDER,
  durationTicks: { whole: WHOLE_SECONDS * TICKS_PER_SECOND, exact: ROUGH_SECONDS * TICKS_PER_SECOND },
};
