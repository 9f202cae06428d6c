import { type Refusal, refuse } from "../../media/refusal.ts";
import { AAC_COPY_OUTPUT, AacCopyReader } from "../../media/source/aac-copy.ts";
import { HiddenFormatFinder, type HiddenFormats } from "../../media/source/hidden-formats.ts";
import { clockMayStep } from "../../media/source/origin.ts";
import { outlastsPicture, type Rescaling } from "../../media/source/rescaled-clock.ts";
import type { SourceFacts } from "../../media/source/source-facts.ts";
import { RetryableError } from "../../retryable-error.ts";
import { type Ask, inputOf } from "./ask-tools.ts";
import { blamesMachine, machineFault } from "./failure-reason.ts";

/** Each frame of such a file has its own header, which decoders follow. */
const DESCRIBES_FRAMES = "aac";

/**
 * Adds what the frames of AAC say where one description stands for all of them. Formats that cannot be distinguished are
 * a refusal.
 */
export async function withHiddenFormats(
  facts: SourceFacts,
  complaints: readonly string[],
  ask: Ask,
  sourcePath: string,
): Promise<SourceFacts | Refusal> {
  const { container, audio } = facts;
  if (audio?.codec !== "aac" || clockMayStep(container) || container === DESCRIBES_FRAMES) return facts;
  const { hidden, overlapSeconds, rescaling } = await readTrack(audio.streamIndex, ask, sourcePath);
  const right =
    audio.rightStreamIndex === null ? null : (await readTrack(audio.rightStreamIndex, ask, sourcePath)).hidden;
  const described = hidden?.kind === "channels" ? hidden.described : 0;
  if (described <= STEREO && holdsMoreChannels(complaints)) return refuse("mixed-recordings", FORMATS_DIFFER);
  if (rescaling && outlastsPicture(rescaling, audio.endSeconds, facts.video?.endSeconds ?? null)) {
    return refuse("mixed-recordings", FORMATS_DIFFER);
  }
  const warnings = [...(overlapSeconds > 0 ? [OVERLAP] : []), ...(rescaling?.isExact ? [LOW_PITCH] : [])];
  const warned = { ...facts, warnings: [...facts.warnings, ...warnings] };
  if (!hidden && !right) return warned;
  if (hidden?.kind !== "channels" || audio.rightStreamIndex !== null) return refuse("mixed-recordings", FORMATS_DIFFER);
  return { ...warned, audio: { ...audio, changesFormat: true, hiddenChannels: hidden.runs } };
}

export const FORMATS_DIFFER =
  "The file was joined from recordings whose sound differs in format, and it describes only one of them. Join the recordings in a video editor, and upload the result.";

const OVERLAP =
  "The sound overlaps itself at a join, as where recordings of different sample rates were joined: it may be cut there, or have a wrong pitch.";

const LOW_PITCH =
  "The sound has a gap as where recordings of different sample rates were joined: it may be late and have a wrong pitch after it.";

const STEREO = 2;
/** Frames of 5.1 and mono begin alike: the decoder stops at the second element, a pair that the description lacks. */
const MORE_CHANNELS = /channel element 1\.0 is not allocated/;
/** Damaged frames name any element. */
const MORE_CHANNELS_LINES = 20;

function holdsMoreChannels(complaints: readonly string[]): boolean {
  return complaints.filter((line) => MORE_CHANNELS.test(line)).length >= MORE_CHANNELS_LINES;
}

type TrackFormats = {
  readonly hidden: HiddenFormats | null;
  readonly overlapSeconds: number;
  readonly rescaling: Rescaling | null;
};

/** Nothing is found also in kinds of AAC that have no such copy (AAC-ELD, xHE-AAC). */
async function readTrack(streamIndex: number, ask: Ask, sourcePath: string): Promise<TrackFormats> {
  const finder = new HiddenFormatFinder();
  const reader = new AacCopyReader((frame) => finder.frame(frame));
  const output = ["-map", `0:${streamIndex}`, ...AAC_COPY_OUTPUT, "-f", "mpegts", "pipe:1"];
  const args = ["-nostdin", "-nostats", ...inputOf(sourcePath), ...output];
  const copied = await ask("ffmpeg", args, (chunk) => reader.push(chunk));
  const isWhole = reader.finish();
  if (copied.timedOut) throw new RetryableError("encoder-failed", "The sound could not be read in time.");
  if (copied.code === 0 && !isWhole)
    throw new RetryableError("encoder-failed", "The sound could not be read completely.");
  const { overlapSeconds, rescaling } = finder;
  if (copied.code === 0) return { hidden: finder.finish(), overlapSeconds, rescaling };
  if (blamesMachine(copied.code, copied.stderr)) throw machineFault(copied, copied.stderr);
  return { hidden: null, overlapSeconds: 0, rescaling: null };
}
