import { assertPlaylistUri } from "./playlist-value.ts";

export type MediaPlaylistFacts = {
  readonly segments: readonly { readonly uri: string; readonly durationSeconds: number }[];
  /** AES-128 over whole segments; absent for clear ones. */
  readonly key?: { readonly uri: string } | undefined;
  /** Whole seconds: the largest target duration in the ladder, so that all its playlists state the same one. */
  readonly minimumTargetDuration?: number | undefined;
};

/** EXTINF in microseconds: finer than the 90 kHz clock of MPEG-TS, so that sums over hours do not drift. */
const EXTINF_DECIMALS = 6;

/**
 * The media playlist of one finished rung. Throws TypeError for a value that cannot stand in a playlist, and for a
 * playlist without segments.
 */
export function writeMediaPlaylist({ segments, key, minimumTargetDuration = 1 }: MediaPlaylistFacts): string {
  if (segments.length === 0) throw new TypeError("a media playlist needs a segment");
  const targetDuration = Math.max(targetDurationOf(segments), minimumTargetDuration);
  if (!Number.isSafeInteger(targetDuration)) throw new TypeError("a target duration is in whole seconds");
  const lines = [
    "#EXTM3U",
    // RFC 8216 7: 3 for decimals in EXTINF. An IV attribute would need 2, and nothing here needs more.
    "#EXT-X-VERSION:3",
    `#EXT-X-TARGETDURATION:${targetDuration}`,
    "#EXT-X-PLAYLIST-TYPE:VOD",
    // The sequence number of the first segment is its IV as well, so it is written although 0 is the default.
    "#EXT-X-MEDIA-SEQUENCE:0",
    // RFC 8216 4.3.5.1; section 7 asks no version for it. Here as well as in the multivariant playlist, for players
    // that are given this one alone.
    "#EXT-X-INDEPENDENT-SEGMENTS",
    ...keyLine(key),
    ...segments.flatMap(segmentLines),
    "#EXT-X-ENDLIST",
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * RFC 8216 4.3.3.1: the smallest target duration, in whole seconds, that every EXTINF, rounded, fits into; at least 1.
 * The durations are rounded as they will be written.
 */
export function targetDurationOf(segments: readonly { readonly durationSeconds: number }[]): number {
  return segments.reduce((longest, { durationSeconds }) => {
    return Math.max(longest, Math.round(Number(durationSeconds.toFixed(EXTINF_DECIMALS))));
  }, 1);
}

/** RFC 8216 4.3.2.4 and 5.2: without an IV attribute the IV is the media sequence number, another for each segment. */
function keyLine(key: MediaPlaylistFacts["key"]): readonly string[] {
  if (!key) return [];
  assertPlaylistUri(key.uri, "the URI of a key");
  return [`#EXT-X-KEY:METHOD=AES-128,URI="${key.uri}"`];
}

function segmentLines({ uri, durationSeconds }: MediaPlaylistFacts["segments"][number]): readonly string[] {
  assertPlaylistUri(uri, "the URI of a segment");
  const extinf = durationSeconds.toFixed(EXTINF_DECIMALS);
  if (!(Number(extinf) > 0) || !Number.isFinite(durationSeconds)) throw new TypeError(`${uri} has no duration`);
  return [`#EXTINF:${extinf},`, uri];
}
