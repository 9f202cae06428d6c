import { segmentName } from "../../../shared/domain/part/object-keys.ts";
import { type Attribute, enumeratedAttribute, quotedAttribute } from "../../../shared/hls/attribute-list.ts";
import { targetDurationOf } from "../../../shared/hls/media-playlist.ts";
import { parsePlaylist } from "../../../shared/hls/parse.ts";
import type { PlaylistLine } from "../../../shared/hls/playlist.ts";
import { ivForSequence } from "../segments/segment-cipher.ts";

/* Media playlists that were made elsewhere: what an import can take is read, everything else is refused with its reason. */

export type ImportedSegment = {
  readonly uri: string;
  readonly durationSeconds: number;
  /** 16 bytes; null for a segment that is clear. */
  readonly iv: Uint8Array | null;
};

export type ImportedPlaylist =
  | { readonly kind: "read"; readonly encrypted: boolean; readonly segments: readonly ImportedSegment[] }
  /** Completes "the playlist ...". */
  | { readonly kind: "refused"; readonly reason: string };

/** Tags that say something which our playlists cannot say, or of which a segment would not be a whole file. */
const NOT_TAKEN: Readonly<Record<string, string>> = {
  "EXT-X-BYTERANGE": "cuts its segments out of one file (EXT-X-BYTERANGE): split it into a file for each segment",
  "EXT-X-MAP": "is of fragmented MP4 (EXT-X-MAP): only MPEG-TS segments are taken",
  "EXT-X-I-FRAMES-ONLY": "is a trick-play playlist (EXT-X-I-FRAMES-ONLY): name the one that is for playing",
  "EXT-X-GAP": "has gaps (EXT-X-GAP)",
  "EXT-X-PART": "is a low-latency stream (EXT-X-PART)",
  "EXT-X-SKIP": "is a part of a playlist (EXT-X-SKIP)",
};

export function readImportedPlaylist(text: string): ImportedPlaylist {
  const parsed = parsePlaylist(text);
  if (parsed.kind === "broken") return refused(`is not valid HLS: line ${parsed.line}, ${parsed.fault}`);
  const { kind, lines } = parsed.playlist;
  if (kind !== "media") return refused("is a multivariant playlist: name the media playlist of each quality");
  if (!lines.some((line) => line.type === "tag" && line.name === "EXT-X-ENDLIST")) {
    return refused("has no EXT-X-ENDLIST: a live stream cannot be imported");
  }
  const state: Reading = { segments: [], sequence: 0, duration: null, key: null, keyUris: new Set() };
  for (const line of lines) {
    const reason = readLine(line, state);
    if (reason !== null) return refused(reason);
  }
  const { segments } = state;
  if (segments.length === 0) return refused("has no segments");
  const encrypted = segments.filter(({ iv }) => iv !== null).length;
  if (encrypted > 0 && encrypted < segments.length) return refused("has clear segments among encrypted ones");
  return { kind: "read", encrypted: encrypted > 0, segments };
}

type Reading = {
  readonly segments: ImportedSegment[];
  sequence: number;
  duration: number | null;
  /** Null: what follows is clear. Without an explicit IV, the IV of a segment is its sequence number. */
  key: { readonly iv: Uint8Array | null } | null;
  readonly keyUris: Set<string>;
};

/** The reason why the playlist cannot be taken, or null; what the line says is in `state`. */
function readLine(line: PlaylistLine, state: Reading): string | null {
  if (line.type === "uri") return readSegment(line.text, state);
  if (line.type !== "tag") return null;
  const notTaken = NOT_TAKEN[line.name];
  if (notTaken !== undefined) return notTaken;
  // Before the first segment it separates nothing.
  if (line.name === "EXT-X-DISCONTINUITY" && state.segments.length > 0) {
    return "joins recordings of different kinds (EXT-X-DISCONTINUITY): make it again from its source";
  }
  if (line.name === "EXT-X-KEY" && line.value.form === "attribute-list") return readKey(line.value.attributes, state);
  if (line.value.form !== "text") return null;
  if (line.name === "EXTINF") state.duration = Number.parseFloat(line.value.text);
  if (line.name === "EXT-X-MEDIA-SEQUENCE") {
    state.sequence = Number(line.value.text.trim());
    if (!Number.isSafeInteger(state.sequence) || state.sequence < 0) return "has a media sequence number that is none";
  }
  return null;
}

function readSegment(uri: string, state: Reading): string | null {
  const { duration, key, sequence } = state;
  if (duration === null || !(duration > 0) || !Number.isFinite(duration)) {
    return `says no duration of its segment ${state.segments.length + 1}`;
  }
  const iv = key === null ? null : (key.iv ?? ivForSequence(sequence));
  state.segments.push({ uri: uri.trim(), durationSeconds: duration, iv });
  state.sequence += 1;
  state.duration = null;
  return null;
}

/** RFC 8216 4.3.2.4. The key itself is the manifest's: that all qualities have the same one is seen when they decrypt. */
function readKey(attributes: readonly Attribute[], state: Reading): string | null {
  const method = enumeratedAttribute(attributes, "METHOD");
  if (method === "NONE") {
    state.key = null;
    return null;
  }
  if (method !== "AES-128") return `is encrypted by ${method ?? "no method"}: only METHOD=AES-128 is taken`;
  const format = quotedAttribute(attributes, "KEYFORMAT") ?? "identity";
  if (format !== "identity") return `belongs to a DRM system (KEYFORMAT="${format}")`;
  const given = attributes.find(({ name }) => name === "IV")?.value.raw;
  const iv = given === undefined ? null : ivOf(given);
  if (iv === undefined) return "has an IV that is not 16 bytes of hexadecimal digits";
  state.keyUris.add(quotedAttribute(attributes, "URI") ?? "");
  if (state.keyUris.size > 1) return "has more than one key: only content with one key for all is taken";
  state.key = { iv };
  return null;
}

/** RFC 8216 4.2: a hexadecimal-sequence. Leading zeros may have been left out. */
function ivOf(raw: string): Uint8Array | undefined {
  const digits = /^0[xX]([0-9A-Fa-f]{1,32})$/.exec(raw)?.[1];
  return digits === undefined ? undefined : Uint8Array.from(Buffer.from(digits.padStart(32, "0"), "hex"));
}

/** As it lies under the prefix of an import: segments by our names, each with its IV, so that nothing is left to guess. */
export function writeImportedPlaylist(segments: readonly Omit<ImportedSegment, "uri">[]): string {
  const lines = segments.flatMap(({ durationSeconds, iv }, index) => [
    ...(iv === null ? [] : [`#EXT-X-KEY:METHOD=AES-128,URI="single-key",IV=0x${Buffer.from(iv).toString("hex")}`]),
    `#EXTINF:${durationSeconds.toFixed(6)},`,
    segmentName(index + 1),
  ]);
  const head = ["#EXTM3U", "#EXT-X-VERSION:3", `#EXT-X-TARGETDURATION:${targetDurationOf(segments)}`];
  return `${[...head, "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-MEDIA-SEQUENCE:0", ...lines, "#EXT-X-ENDLIST"].join("\n")}\n`;
}

/** As far as rungs may differ in length: what the encrypt job allows between a rung and its part. */
const MOST_APART_SECONDS = 0.5;

/** Seconds of the longest rendition; null when they are too far apart to be of one video. */
export function commonDuration(
  renditions: readonly { readonly segments: readonly { readonly durationSeconds: number }[] }[],
): number | null {
  const sums = renditions.map(({ segments }) =>
    segments.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0),
  );
  const longest = Math.max(...sums);
  return longest - Math.min(...sums) > MOST_APART_SECONDS ? null : longest;
}

function refused(reason: string): ImportedPlaylist {
  return { kind: "refused", reason };
}
