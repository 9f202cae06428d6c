import type { PlaylistKind, TagValue } from "./playlist.ts";

export type KnownTag = {
  /** The only kind of playlist that may hold the tag, or both. A tag of one kind decides what the playlist is. */
  readonly within: PlaylistKind | "both";
  readonly form: TagValue["form"];
};

/** The tags of RFC 8216, by section. Any other tag passes through as text. */
const TAGS: ReadonlyMap<string, KnownTag> = new Map([
  // 4.3.1 basic
  ["EXTM3U", { within: "both", form: "none" }],
  ["EXT-X-VERSION", { within: "both", form: "text" }],
  // 4.3.2 media segment
  ["EXTINF", { within: "media", form: "text" }],
  ["EXT-X-BYTERANGE", { within: "media", form: "text" }],
  ["EXT-X-DISCONTINUITY", { within: "media", form: "none" }],
  ["EXT-X-KEY", { within: "media", form: "attribute-list" }],
  ["EXT-X-MAP", { within: "media", form: "attribute-list" }],
  ["EXT-X-PROGRAM-DATE-TIME", { within: "media", form: "text" }],
  ["EXT-X-DATERANGE", { within: "media", form: "attribute-list" }],
  // 4.3.3 media playlist
  ["EXT-X-TARGETDURATION", { within: "media", form: "text" }],
  ["EXT-X-MEDIA-SEQUENCE", { within: "media", form: "text" }],
  ["EXT-X-DISCONTINUITY-SEQUENCE", { within: "media", form: "text" }],
  ["EXT-X-ENDLIST", { within: "media", form: "none" }],
  ["EXT-X-PLAYLIST-TYPE", { within: "media", form: "text" }],
  ["EXT-X-I-FRAMES-ONLY", { within: "media", form: "none" }],
  // 4.3.4 multivariant
  ["EXT-X-MEDIA", { within: "multivariant", form: "attribute-list" }],
  ["EXT-X-STREAM-INF", { within: "multivariant", form: "attribute-list" }],
  ["EXT-X-I-FRAME-STREAM-INF", { within: "multivariant", form: "attribute-list" }],
  ["EXT-X-SESSION-DATA", { within: "multivariant", form: "attribute-list" }],
  ["EXT-X-SESSION-KEY", { within: "multivariant", form: "attribute-list" }],
  // 4.3.5 either
  ["EXT-X-INDEPENDENT-SEGMENTS", { within: "both", form: "none" }],
  ["EXT-X-START", { within: "both", form: "attribute-list" }],
]);

/** Null for a tag that RFC 8216 does not define; `name` is without the number sign. */
export function knownTag(name: string): KnownTag | null {
  return TAGS.get(name) ?? null;
}
