import type { SourceAudio, SourceVideo } from "../source/source-facts.ts";

/** Where a track of the source lies, in seconds on the clock of the result; the end is null where it is not known. */
export type TrackSpan = { readonly startSeconds: number; readonly endSeconds: number | null };

/** How the tracks of a source are laid on one clock that starts at zero. */
export type Timeline = {
  /** Added to all time stamps of the source, so that the picture starts at zero; 0 or negative. */
  readonly offsetSeconds: number;
  /** The picture starts late: its first frame is shown from the start. */
  readonly fillStart: boolean;
  /** Seconds for which the last frame stays while the sound continues. */
  readonly holdLastSeconds: number;
  /** Length of the result; null where the source's clock cannot be trusted. */
  readonly durationSeconds: number | null;
  /** The tracks before anything is filled, held or cut; null for a track that is not there. */
  readonly picture: TrackSpan | null;
  readonly sound: TrackSpan | null;
};

/** Sound that leads the picture by less is cut off, as muxers do; by more it is content. */
const MAX_TRIMMED_LEAD_SECONDS = 0.5;
/** Sound that outlasts the picture by less is cut off; by more the last frame waits for it. Of short clips, a share. */
const MAX_TRIMMED_TAIL_SECONDS = 1;
const MAX_TRIMMED_TAIL_SHARE = 0.1;
/** Codecs pad the end of the sound by up to this. */
const ALWAYS_TRIMMED_TAIL_SECONDS = 0.25;

/** Both tracks run from zero to the end of the picture; a track of sound alone keeps its own length. */
export function planTimeline(video: SourceVideo | null, audio: SourceAudio | null): Timeline {
  const late = video !== null && video.startSeconds > MAX_TRIMMED_LEAD_SECONDS;
  const offsetSeconds = video === null || late || video.startSeconds <= 0 ? 0 : -video.startSeconds;
  const spans = { picture: moved(video, offsetSeconds), sound: moved(audio, offsetSeconds) };
  if (!video) return { ...AT_ZERO, ...spans, durationSeconds: audio?.endSeconds ?? null };
  if (video.endSeconds === null) return { ...AT_ZERO, ...spans, offsetSeconds, fillStart: late };
  const tail = (audio?.endSeconds ?? 0) - video.endSeconds;
  const holdLastSeconds = tail > trimmedTail(video.endSeconds) ? tail : 0;
  return {
    ...spans,
    offsetSeconds,
    fillStart: late,
    holdLastSeconds,
    durationSeconds: video.endSeconds + holdLastSeconds + offsetSeconds,
  };
}

function moved(track: SourceVideo | SourceAudio | null, seconds: number): TrackSpan | null {
  if (!track) return null;
  const { startSeconds, endSeconds } = track;
  return { startSeconds: startSeconds + seconds, endSeconds: endSeconds === null ? null : endSeconds + seconds };
}

function trimmedTail(pictureSeconds: number): number {
  const share = Math.max(ALWAYS_TRIMMED_TAIL_SECONDS, pictureSeconds * MAX_TRIMMED_TAIL_SHARE);
  return Math.min(MAX_TRIMMED_TAIL_SECONDS, share);
}

const AT_ZERO = { offsetSeconds: 0, fillStart: false, holdLastSeconds: 0, durationSeconds: null } as const;
