import { codecName } from "./codec-name.ts";
import { isEnhancementLayer } from "./dolby-vision.ts";
import type { StreamScan } from "./packet-scan.ts";
import { isPicture, isSound, type StreamReport } from "./stream-report.ts";
import { subtitleKind } from "./text-subtitles.ts";

/** What is known of the streams of a file beside their headers. */
export type StreamKnowledge = {
  /** What a pass over the packets found, by stream index. */
  readonly scans: ReadonlyMap<number, StreamScan>;
  /** Whether the ffmpeg at hand has a decoder for a codec name. */
  readonly isDecodable: (codec: string) => boolean;
  /** Streams of which a decoder made nothing. */
  readonly broken: ReadonlySet<number>;
  /** Identifiers (`id`) of tracks whose packets are scrambled. */
  readonly scrambled: ReadonlySet<number>;
};

/**
 * H.264 codes in blocks of 16 x 16, and decoders in hardware take no less. A smaller picture is no film but a counting
 * pixel, or an export that went wrong.
 */
export const SMALLEST_SIDE = 16;

export function isUsable(stream: StreamReport, { isDecodable, scans, broken, scrambled }: StreamKnowledge): boolean {
  const codec = stream.codec_name ?? "unknown";
  if (isScrambled(stream, scrambled) || isEnhancementLayer(stream)) return false;
  if (codec === "unknown" || !isDecodable(codec) || !scans.has(stream.index) || broken.has(stream.index)) return false;
  return isSound(stream)
    ? (stream.sample_rate ?? 0) > 0 && (stream.channels ?? 0) > 0
    : (stream.width ?? 0) > 0 && (stream.height ?? 0) > 0;
}

export function isScrambled({ id }: StreamReport, scrambled: ReadonlySet<number>): boolean {
  return id !== undefined && scrambled.has(Number(id));
}

export function isTiny({ width = 0, height = 0 }: StreamReport): boolean {
  const side = Math.min(width, height);
  return side > 0 && side < SMALLEST_SIDE;
}

/** The codec of a picture that is there and cannot be decoded; null where there is none. */
export function undecodablePicture(streams: readonly StreamReport[], knowledge: StreamKnowledge): string | null {
  const lost = streams.find((stream) => isPicture(stream) && !isTiny(stream) && !isUsable(stream, knowledge));
  return lost ? codecName(lost) : null;
}

/** A sentence for each track, or each few of a kind, that the ladder is not made from. */
export function leftOut(
  streams: readonly StreamReport[],
  chosen: readonly (StreamReport | null)[],
  knowledge: StreamKnowledge,
): string[] {
  const groups = Map.groupBy(
    streams.filter((stream) => !chosen.includes(stream)),
    (stream) => `${stream.codec_type} ${leftOutKind(stream, knowledge)}`,
  );
  return [...groups.values()].flatMap((tracks) => {
    const kind = tracks[0] ? leftOutKind(tracks[0], knowledge) : null;
    return kind === null ? [] : leftOutSentences(kind, tracks);
  });
}

/** Why a track is left out. */
type LeftOutKind = "subtitles" | "pictures" | "teletext" | "further" | "scrambled" | "empty" | "lost" | "tiny";

function leftOutKind(stream: StreamReport, knowledge: StreamKnowledge): LeftOutKind | null {
  if (stream.codec_type === "subtitle") return leftOutSubtitles(stream);
  if (!isSound(stream) && !isPicture(stream)) return null;
  if (isPicture(stream) && isTiny(stream)) return "tiny";
  if (isUsable(stream, knowledge)) return "further";
  if (isScrambled(stream, knowledge.scrambled)) return "scrambled";
  return knowledge.scans.has(stream.index) ? "lost" : "empty";
}

function leftOutSubtitles(stream: StreamReport): LeftOutKind {
  const kind = subtitleKind(stream);
  return kind === "pictures" || kind === "teletext" ? kind : "subtitles";
}

/** More than this of a kind are counted and not named. */
const NAMED_AT_MOST = 4;

/** What stands after the name of a track, or of several. */
const REASONS: Record<LeftOutKind, readonly [one: string, several: string]> = {
  subtitles: ["", ""],
  pictures: [", which are pictures: upload them as text", ", which are pictures: upload them as text"],
  teletext: [", which are teletext: upload them as text", ", which are teletext: upload them as text"],
  further: ["", ""],
  scrambled: [", which is copy-protected", ", which are copy-protected"],
  empty: [", which holds nothing", ", which hold nothing"],
  lost: [", which cannot be decoded", ", which cannot be decoded"],
  tiny: ["", " of a few pixels"],
};

function leftOutSentences(kind: LeftOutKind, tracks: readonly StreamReport[]): string[] {
  const [one, several] = REASONS[kind];
  if (tracks.length <= NAMED_AT_MOST) {
    return tracks.map((track) => `Left out: ${nameOf(kind, track)}${kind === "tiny" ? sizeOf(track) : one}.`);
  }
  const medium = tracks[0]?.codec_type === "audio" ? "audio" : "video";
  const media = isSubtitles(kind) ? "tracks with subtitles" : `${medium} tracks`;
  const name = kind === "further" ? `further ${media}` : media;
  return [`Left out: ${tracks.length} ${name}${several}.`];
}

function nameOf(kind: LeftOutKind, stream: StreamReport): string {
  const language = stream.tags?.language ? `, ${stream.tags.language}` : "";
  const track = `track ${stream.index} (${codecName(stream)}${language})`;
  if (isSubtitles(kind)) return `subtitles, ${track}`;
  const medium = `${stream.codec_type} ${track}`;
  return kind === "further" ? `a further ${medium}` : medium;
}

function isSubtitles(kind: LeftOutKind): boolean {
  return kind === "subtitles" || kind === "pictures" || kind === "teletext";
}

function sizeOf({ width, height }: StreamReport): string {
  return `, which is only ${width} x ${height} pixels`;
}
