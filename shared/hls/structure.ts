import type { PlaylistKind, PlaylistLine } from "./playlist.ts";
import { knownTag } from "./tags.ts";

export type StructureFault = "mixed-kinds" | "unknown-kind" | "missing-uri" | "stray-uri";

export type Structure =
  | { readonly kind: "sound"; readonly playlistKind: PlaylistKind }
  | { readonly kind: "broken"; readonly line: number; readonly fault: StructureFault };

/** The tag that announces the next URI line: RFC 8216 4.3.2.1 (each segment) and 4.3.4.2 (each variant). */
const ANNOUNCES_URI: Readonly<Record<PlaylistKind, string>> = {
  media: "EXTINF",
  multivariant: "EXT-X-STREAM-INF",
};

/** Says which kind of playlist the lines are, and that every URI line has its own tag, and every such tag its URI. */
export function checkStructure(lines: readonly PlaylistLine[]): Structure {
  let playlistKind: PlaylistKind | null = null;
  for (const [index, line] of lines.entries()) {
    const kind = kindOf(line);
    if (kind === null) continue;
    // RFC 8216 4.3.3 and 4.3.4: a playlist with tags of both kinds must be refused.
    if (playlistKind !== null && kind !== playlistKind) return broken(index, "mixed-kinds");
    playlistKind = kind;
  }
  if (playlistKind === null) return broken(0, "unknown-kind");
  return checkUris(lines, playlistKind);
}

function checkUris(lines: readonly PlaylistLine[], playlistKind: PlaylistKind): Structure {
  let announcedAt: number | null = null;
  for (const [index, line] of lines.entries()) {
    if (line.type === "tag" && line.name === ANNOUNCES_URI[playlistKind]) {
      if (announcedAt !== null) return broken(announcedAt, "missing-uri");
      announcedAt = index;
    } else if (line.type === "uri") {
      if (announcedAt === null) return broken(index, "stray-uri");
      announcedAt = null;
    }
  }
  return announcedAt === null ? { kind: "sound", playlistKind } : broken(announcedAt, "missing-uri");
}

function kindOf(line: PlaylistLine): PlaylistKind | null {
  if (line.type !== "tag") return null;
  const within = knownTag(line.name)?.within ?? "both";
  return within === "both" ? null : within;
}

function broken(index: number, fault: StructureFault): Structure {
  return { kind: "broken", line: index + 1, fault };
}
