import type { SourceAudio, SourceVideo } from "../source/source-facts.ts";

/** How the tracks of a source are laid on one clock that starts at zero. */
export type Timeline = {
  /** Added to all time stamps of the source, so that the picture starts at zero; 0 or negative. */
  readonly offsetSeconds: number;
  /** The picture starts late: its first frame is shown from the start. */
  readonly fillStart: boolean;
  /** Seconds for which the last frame stays while the sound goes on. */
  readonly holdLastSeconds: number;
  /** Length of the result; null where the source's clock cannot be trusted. */
  readonly durationSeconds: number | null;
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
  if (!video) return { ...AT_ZERO, durationSeconds: audio?.endSeconds ?? null };
  const late = video.startSeconds > MAX_TRIMMED_LEAD_SECONDS;
  const offsetSeconds = late || video.startSeconds <= 0 ? 0 : -video.startSeconds;
  if (video.endSeconds === null) return { ...AT_ZERO, offsetSeconds, fillStart: late };
  const tail = (audio?.endSeconds ?? 0) - video.endSeconds;
  const holdLastSeconds = tail > trimmedTail(video.endSeconds) ? tail : 0;
  return {
    offsetSeconds,
    fillStart: late,
    holdLastSeconds,
    durationSeconds: video.endSeconds + holdLastSeconds + offsetSeconds,
  };
}

function trimmedTail(pictureSeconds: number): number {
  const share = Math.max(ALWAYS_TRIMMED_TAIL_SECONDS, pictureSeconds * MAX_TRIMMED_TAIL_SHARE);
  return Math.min(MAX_TRIMMED_TAIL_SECONDS, share);
}

const AT_ZERO: Timeline = { offsetSeconds: 0, fillStart: false, holdLastSeconds: 0, durationSeconds: null };
