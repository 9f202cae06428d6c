import { type Attribute, enumeratedAttribute, quotedAttribute } from "./attribute-list.ts";
import type { Playlist, PlaylistLine } from "./playlist.ts";

export type QualitySelection = {
  readonly allowed: ReadonlySet<string>;
  /** The quality behind a URI; null if unknown: a variant is then refused, a rendition follows its group. */
  readonly qualityOf: (uri: string) => string | null;
};

export type FilterResult =
  | { readonly kind: "filtered"; readonly playlist: Playlist }
  /** No variant is left. An empty multivariant playlist does not exist, so the viewer is refused. */
  | { readonly kind: "empty" }
  /** A variant names a rendition group that the playlist does not have. */
  | { readonly kind: "missing-group"; readonly type: string; readonly groupId: string };

/**
 * Keeps the variants of the allowed qualities, and of the rest only what belongs to them: renditions of groups that are
 * still referenced, I-frame streams of allowed qualities. A variant goes, too, when one of its groups has no rendition
 * left that is allowed. EXT-X-SESSION-KEY always goes: players preload from it, also for what nobody plays. All other
 * lines stay as they are. Throws TypeError for a media playlist.
 */
export function filterMultivariantPlaylist(playlist: Playlist, selection: QualitySelection): FilterResult {
  if (playlist.kind !== "multivariant") throw new TypeError("only a multivariant playlist has variants to filter");
  const entries = entriesOf(playlist.lines);
  const groups = groupsOf(entries, selection);
  const kept = entries.filter((entry) => entry.type === "stream" && isAllowed(entry.uri, selection)) as StreamEntry[];
  const references = kept.flatMap((stream) => referencesOf(stream.attributes));
  const missing = references.find((reference) => !groups.has(groupKey(reference)));
  if (missing) return { kind: "missing-group", ...missing };
  const whole = kept.filter((stream) => referencesOf(stream.attributes).every((ref) => groups.get(groupKey(ref))));
  if (!whole.some((stream) => !stream.iFramesOnly)) return { kind: "empty" };
  const live = new Set(whole.flatMap((stream) => referencesOf(stream.attributes)).map(groupKey));
  const stays = (entry: Entry) => {
    if (entry.type === "stream") return whole.includes(entry);
    if (entry.type === "rendition") return live.has(groupKey(entry.group)) && renditionIsAllowed(entry, selection);
    return entry.type === "other";
  };
  return { kind: "filtered", playlist: { ...playlist, lines: entries.filter(stays).flatMap((entry) => entry.lines) } };
}

type GroupReference = { readonly type: string; readonly groupId: string };

type StreamEntry = {
  readonly type: "stream";
  readonly lines: readonly PlaylistLine[];
  readonly attributes: readonly Attribute[];
  readonly uri: string | null;
  readonly iFramesOnly: boolean;
};
type RenditionEntry = {
  readonly type: "rendition";
  readonly lines: readonly PlaylistLine[];
  readonly group: GroupReference;
  readonly uri: string | null;
};
type Entry =
  | StreamEntry
  | RenditionEntry
  | { readonly type: "session-key" | "other"; readonly lines: readonly PlaylistLine[] };

/** A variant is its tag, its URI line and the lines between them. */
function entriesOf(lines: readonly PlaylistLine[]): readonly Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!;
    const isVariant = line.type === "tag" && line.name === "EXT-X-STREAM-INF";
    const uriAt = isVariant ? lines.findIndex((other, index) => index > at && other.type === "uri") : at;
    entries.push(entryOf(lines.slice(at, uriAt + 1)));
    at = uriAt + 1;
  }
  return entries;
}

function entryOf(lines: readonly PlaylistLine[]): Entry {
  const first = lines[0]!;
  const last = lines.at(-1)!;
  if (first.type !== "tag" || first.value.form !== "attribute-list") return { type: "other", lines };
  const { attributes } = first.value;
  const uri = quotedAttribute(attributes, "URI");
  switch (first.name) {
    case "EXT-X-STREAM-INF":
      return { type: "stream", lines, attributes, uri: last.type === "uri" ? last.text : null, iFramesOnly: false };
    case "EXT-X-I-FRAME-STREAM-INF":
      return { type: "stream", lines, attributes, uri, iFramesOnly: true };
    case "EXT-X-MEDIA": {
      const type = enumeratedAttribute(attributes, "TYPE") ?? "";
      return { type: "rendition", lines, group: { type, groupId: quotedAttribute(attributes, "GROUP-ID") ?? "" }, uri };
    }
    case "EXT-X-SESSION-KEY":
      return { type: "session-key", lines };
    default:
      return { type: "other", lines };
  }
}

/** Every group of the playlist, and whether a rendition of it is left. */
function groupsOf(entries: readonly Entry[], selection: QualitySelection): ReadonlyMap<string, boolean> {
  const groups = new Map<string, boolean>();
  for (const entry of entries) {
    if (entry.type !== "rendition") continue;
    const key = groupKey(entry.group);
    groups.set(key, (groups.get(key) ?? false) || renditionIsAllowed(entry, selection));
  }
  return groups;
}

/** RFC 8216 4.3.4.2: the four attributes that name a group, each matching the TYPE of the same name. */
function referencesOf(attributes: readonly Attribute[]): readonly GroupReference[] {
  return ["AUDIO", "VIDEO", "SUBTITLES", "CLOSED-CAPTIONS"].flatMap((type) => {
    // CLOSED-CAPTIONS=NONE is a word, not a quoted group.
    const groupId = quotedAttribute(attributes, type);
    return groupId === null ? [] : [{ type, groupId }];
  });
}

/** A type has no space, so two groups never share a key. */
function groupKey({ type, groupId }: GroupReference): string {
  return `${type} ${groupId}`;
}

function isAllowed(uri: string | null, { allowed, qualityOf }: QualitySelection): boolean {
  const quality = uri === null ? null : qualityOf(uri);
  return quality !== null && allowed.has(quality);
}

/** A rendition without a URI is inside its variant; one without a quality (subtitles) follows its group. */
function renditionIsAllowed({ uri }: RenditionEntry, { allowed, qualityOf }: QualitySelection): boolean {
  const quality = uri === null ? null : qualityOf(uri);
  return quality === null || allowed.has(quality);
}
