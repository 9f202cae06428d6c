import { dirname } from "node:path";
import type { Refusal } from "../../media/refusal.ts";
import { steppingTracks } from "../../media/source/clock-tracks.ts";
import { DEFAULT_MEDIA_LIMITS } from "../../media/source/limits.ts";
import { findSoundLoss, type SoundLoss, withSoundLoss } from "../../media/source/lost-sound.ts";
import { countsChosenTracks } from "../../media/source/origin.ts";
import { STEP_AHEAD_SECONDS } from "../../media/source/packet-scan.ts";
import { displaySize, mainShape } from "../../media/source/picture-shape.ts";
import { type ProbeInput, readProbeReport, refuseLength } from "../../media/source/probe-report.ts";
import type { SourceFacts } from "../../media/source/source-facts.ts";
import { readSourceStructure } from "../source-structure.ts";
import { type Ask, inputOf } from "./ask-tools.ts";
import { inspectFfmpeg } from "./capabilities.ts";
import { openEmptyDirectory } from "./empty-directory.ts";
import { withHiddenFormats } from "./hidden-formats.ts";
import type { ProbeRequest } from "./probe-request.ts";
import { readClock } from "./read-clock.ts";
import { findFirstPictures, readPackets, shownOnly } from "./read-packets.ts";
import { readShapeSamples, shapeSampleArguments } from "./shape-samples.ts";
import { checkSound, type SoundCheck } from "./sound-check.ts";
import { droppedSeconds, type SoundTrack, withSoundDamage } from "./sound-damage.ts";

export type ProbeOutcome = { readonly kind: "facts"; readonly facts: SourceFacts } | Refusal;

/**
 * Asks ffprobe twice: for the headers, and for all packets (no decoding: 0.3 s for six minutes), since only those say
 * how long a file is; and ffmpeg whether the sound decodes. A file whose clock steps is read once more. A file that is no media is a refusal; a missing ffprobe, a
 * machine out of space or an abort throws.
 */
export async function probe(request: ProbeRequest): Promise<ProbeOutcome> {
  const { sourcePath, tools, limits = DEFAULT_MEDIA_LIMITS } = request;
  const { decoders } = await inspectFfmpeg(tools.ffmpeg);
  const { end, scrambled, retyped, refusal: unfit } = await readSourceStructure(sourcePath);
  // Before ffprobe is asked, which calls protected files and photographs damaged.
  if (unfit) return unfit;
  await using empty = await openEmptyDirectory(dirname(sourcePath));
  const reading = await readPackets(request, limits, empty.path);
  if ("reason" in reading) return reading;
  const { ask, report, analyzed } = reading;
  const firstPictures = await findFirstPictures(reading, sourcePath);
  const scans = shownOnly(reading.scans, firstPictures);
  const { soundOnly = false } = request;
  const known = {
    report,
    scans,
    limits,
    end,
    analyzed,
    soundOnly,
    scrambled,
    retyped,
    isDecodable: (codec: string) => decoders.has(codec),
  };
  const checked = await withSoundThatDecodes(known, {
    decode: (streamIndex) => checkSound(streamIndex, inputOf(sourcePath), (args) => ask("ffmpeg", args)),
    countDropped: (track) => droppedSeconds(track, scans.get(track.streamIndex), ask, sourcePath),
  });
  if (checked.kind === "refused") return checked;
  const { changesFormat, loss, complaints } = checked;
  const complete = async (facts: SourceFacts): Promise<ProbeOutcome> => {
    const heard = await withHiddenFormats(withSoundFormat(facts, changesFormat), complaints, ask, sourcePath);
    if ("reason" in heard) return heard;
    const damaged = await withSoundDamage(withSoundLoss(heard, loss), { complaints, scans }, ask, sourcePath);
    return { kind: "facts", facts: await withMainShape(damaged, ask, sourcePath) };
  };
  const tracks = steppingTracks(checked.facts, known);
  if (!tracks) return await complete(checked.facts);
  const clock = await readClock(ask, sourcePath, { ...tracks, maxTimes: limits.maxFrames + 1 }, scans);
  if (clock.kind === "refused") return clock;
  const corrected = { ...clock.reading, scans: shownOnly(clock.reading.scans, firstPictures) };
  const result = readProbeReport({ ...known, broken: checked.broken, clock: { ...clock, reading: corrected } });
  const isAsChecked = tracks.picture === null && corrected.thresholdSeconds === STEP_AHEAD_SECONDS;
  if (result.kind === "refused") return result;
  return await complete(isAsChecked ? withCheckedEnd(result.facts, checked.facts) : result.facts);
}

function withSoundFormat(facts: SourceFacts, changesFormat: boolean): SourceFacts {
  return { ...facts, audio: facts.audio && { ...facts.audio, changesFormat } };
}

/** Plans for the shape that the picture has most of the time. Where no place can be read, the header's remains. */
async function withMainShape(facts: SourceFacts, ask: Ask, sourcePath: string): Promise<SourceFacts> {
  const { video, originSeconds: origin, headerDuration } = facts;
  if (!video) return facts;
  const span = { from: origin + video.startSeconds, to: origin + (video.endSeconds ?? headerDuration ?? 0) };
  const args = [...shapeSampleArguments(video.streamIndex, span), ...inputOf(sourcePath)];
  const samples = await ask("ffprobe", args);
  const shape = samples.code === 0 ? mainShape(readShapeSamples(samples.stdout.toString("latin1"))) : null;
  return shape ? { ...facts, video: { ...video, ...shape, ...displaySize(shape, video.rotation) } } : facts;
}

/** Sound alone is converted as it was checked, so that the end that was found then holds. */
function withCheckedEnd(facts: SourceFacts, checked: SourceFacts): SourceFacts {
  const { audio } = facts;
  const endSeconds = audio?.endSeconds ?? checked.audio?.endSeconds ?? null;
  return { ...facts, audio: audio && { ...audio, endSeconds } };
}

type CheckedSound = Pick<ProbeInput, "broken"> & {
  readonly changesFormat: boolean;
  readonly complaints: readonly string[];
  readonly loss: SoundLoss | null;
};

type SoundChecks = {
  readonly decode: (streamIndex: number) => Promise<SoundCheck>;
  /** Seconds. */
  readonly countDropped: (track: SoundTrack) => Promise<number>;
};

/** Sound that does not decode is left out, and the next track is tried. */
async function withSoundThatDecodes(
  known: Omit<ProbeInput, "broken">,
  checks: SoundChecks,
): Promise<(Extract<ProbeOutcome, { kind: "facts" }> & CheckedSound) | Refusal> {
  const broken = new Set<number>();
  for (;;) {
    const result = readProbeReport({ ...known, broken });
    if (result.kind === "refused") return result;
    if (!result.facts.audio) return { ...result, broken, ...NO_SOUND };
    const { streamIndex, rightStreamIndex, codec } = result.facts.audio;
    const track = { codec, container: result.facts.container };
    const tracks = [streamIndex, rightStreamIndex].flatMap((index) =>
      index === null ? [] : { ...track, streamIndex: index },
    );
    const checked = await checkTracks(tracks, known.scans, checks);
    if (checked.kind === "decoded") {
      const measured = withSoundEnd(result.facts, checked.endSeconds, known);
      const { changesFormat, complaints, loss } = checked;
      return measured.kind === "refused" ? measured : { ...measured, broken, changesFormat, complaints, loss };
    }
    broken.add(checked.streamIndex);
  }
}

const NO_SOUND = { changesFormat: false, complaints: [], loss: null } as const;

type CheckedTracks =
  | (Omit<CheckedSound, "broken"> & { readonly kind: "decoded"; readonly endSeconds: number })
  | { readonly kind: "broken"; readonly streamIndex: number };

/** The later end and the larger loss of one or two tracks, or the first that is broken. */
async function checkTracks(
  tracks: readonly SoundTrack[],
  scans: ProbeInput["scans"],
  { decode, countDropped }: SoundChecks,
): Promise<CheckedTracks> {
  let endSeconds = 0;
  let changesFormat = false;
  const complaints: string[] = [];
  let worst: SoundLoss | null = null;
  for (const track of tracks) {
    const { streamIndex } = track;
    const checked = await decode(streamIndex);
    if (checked.kind === "broken") return { kind: "broken", streamIndex };
    const loss = findSoundLoss(scans.get(streamIndex), checked.decodedSeconds, await countDropped(track));
    if (loss === "broken") return { kind: "broken", streamIndex };
    if (loss && loss.missingSeconds > (worst?.missingSeconds ?? 0)) worst = loss;
    endSeconds = Math.max(endSeconds, checked.endSeconds);
    changesFormat ||= checked.changesFormat;
    complaints.push(...checked.complaints);
  }
  return { kind: "decoded", endSeconds, changesFormat, complaints, loss: worst };
}

/** Where packets do not say when they end, the end of the sound is that of the decoder. */
function withSoundEnd(facts: SourceFacts, decodedEnd: number, { scans, limits }: Omit<ProbeInput, "broken">) {
  const { audio, container } = facts;
  if (!audio || scans.get(audio.streamIndex)?.endKnown) return { kind: "facts", facts } as const;
  const endSeconds = decodedEnd + (countsChosenTracks(container) ? audio.startSeconds : 0);
  const measured = { ...facts, audio: { ...audio, endSeconds } };
  return refuseLength(measured, limits) ?? ({ kind: "facts", facts: measured } as const);
}
