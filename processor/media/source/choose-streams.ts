import { monoPartner } from "./mono-pair.ts";
import type { ProgrammeMap } from "./programmes.ts";
import { isPicture, isSound, type StreamReport } from "./stream-report.ts";
import { isTiny, isUsable, type StreamKnowledge } from "./usable-streams.ts";

/** The tracks that a ladder is made from. */
export type ChosenStreams = {
  readonly video: StreamReport | null;
  readonly audio: StreamReport | null;
  /** The right channel, where `audio` is a mono track that holds the left one. */
  readonly audioRight: StreamReport | null;
};

/** The main picture, and the main sound of the same programme. */
export function chooseStreams(
  streams: readonly StreamReport[],
  programmes: ProgrammeMap,
  knowledge: StreamKnowledge,
): ChosenStreams {
  const usable = streams.filter((stream) => isUsable(stream, knowledge));
  const video = best(
    usable.filter((stream) => isPicture(stream) && !isTiny(stream)),
    (stream) => [isStill(stream, knowledge), isSecondary(stream), !isDefault(stream)],
  );
  const sounds = programmes.besidePicture(usable.filter(isSound), video);
  const audio = best(sounds, (stream) => [isSecondary(stream), !isDefault(stream), programmes.rank(stream)]);
  return { video, audio, audioRight: audio && monoPartner(audio, sounds, knowledge.scans) };
}

/** The stream with the lowest ranks, compared one after the other; among equals the first. */
function best(
  streams: readonly StreamReport[],
  ranks: (stream: StreamReport) => readonly (boolean | number)[],
): StreamReport | null {
  const ranked = streams.map((stream) => ({ stream, ranks: ranks(stream).map(Number) }));
  const [first, ...others] = ranked;
  if (!first) return null;
  return others.reduce((lowest, one) => (isLower(one.ranks, lowest.ranks) ? one : lowest), first).stream;
}

function isLower(ranks: readonly number[], than: readonly number[]): boolean {
  const different = ranks.findIndex((rank, i) => rank !== than[i]);
  return different !== -1 && (ranks[different] ?? 0) < (than[different] ?? 0);
}

function isDefault({ disposition }: StreamReport): boolean {
  return disposition?.default === 1;
}

/** A cover or a thumbnail that is stored as an ordinary track. */
function isStill({ index, disposition }: StreamReport, { scans }: StreamKnowledge): boolean {
  return disposition?.still_image === 1 || disposition?.timed_thumbnails === 1 || scans.get(index)?.packets === 1;
}

const SECONDARY = [
  ...["visual_impaired", "hearing_impaired", "descriptions", "comment", "clean_effects", "karaoke", "lyrics"],
  ...["non_diegetic", "dependent"],
];

/** Made for a part of the audience, or to be played beside another track. */
export function isSecondary({ disposition }: StreamReport): boolean {
  return SECONDARY.some((name) => disposition?.[name] === 1);
}
