import { isEnhancementLayer } from "./dolby-vision.ts";
import type { StreamScan } from "./packet-scan.ts";
import { isPicture, isSound, type StreamReport } from "./stream-report.ts";

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
  return lost ? (lost.codec_name ?? "unknown") : null;
}

/** A sentence for each track, or each few of a kind, that the ladder is not made from. */
export function leftOut(
  streams: readonly StreamReport[],
  chosen: readonly (StreamReport | null)[],
  knowledge: StreamKnowledge,
): string[] {
  const groups = Map.groupBy(
    streams.filter((stream) => !chosen.includes(stream)),
    (stream) => leftOutKind(stream, knowledge),
  );
  return [...groups].flatMap(([kind, tracks]) => (kind === null ? [] : leftOutSentences(kind, tracks)));
}

/** What is said of a track left out, before and after its name. */
type LeftOutKind = "subtitles" | "further audio" | "further video" | "lost audio" | "lost video" | "tiny video";

function leftOutKind(stream: StreamReport, knowledge: StreamKnowledge): LeftOutKind | null {
  if (stream.codec_type === "subtitle") return "subtitles";
  if (isSound(stream)) return isUsable(stream, knowledge) ? "further audio" : "lost audio";
  if (!isPicture(stream)) return null;
  if (isTiny(stream)) return "tiny video";
  return isUsable(stream, knowledge) ? "further video" : "lost video";
}

/** More than this of a kind are counted and not named. */
const NAMED_AT_MOST = 4;

const PLURAL: Record<LeftOutKind, string> = {
  subtitles: "tracks with subtitles",
  "further audio": "further audio tracks",
  "further video": "further video tracks",
  "lost audio": "audio tracks, which cannot be decoded",
  "lost video": "video tracks, which cannot be decoded",
  "tiny video": "video tracks of a few pixels",
};

function leftOutSentences(kind: LeftOutKind, tracks: readonly StreamReport[]): string[] {
  if (tracks.length > NAMED_AT_MOST) return [`Left out: ${tracks.length} ${PLURAL[kind]}.`];
  return tracks.map((track) => `Left out: ${leftOutPhrase(kind, track)}.`);
}

function leftOutPhrase(kind: LeftOutKind, stream: StreamReport): string {
  const language = stream.tags?.language ? `, ${stream.tags.language}` : "";
  const track = `track ${stream.index} (${stream.codec_name ?? "unknown"}${language})`;
  switch (kind) {
    case "subtitles":
      return `subtitles, ${track}`;
    case "further audio":
      return `a further audio ${track}`;
    case "further video":
      return `a further video ${track}`;
    case "lost audio":
      return `audio ${track}, which cannot be decoded`;
    case "lost video":
      return `video ${track}, which cannot be decoded`;
    case "tiny video":
      return `video ${track}, which is only ${stream.width} x ${stream.height} pixels`;
    default:
      return kind satisfies never;
  }
}
