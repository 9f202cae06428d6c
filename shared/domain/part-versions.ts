import { revokeKeys } from "./content-key.ts";
import { posterPrefix } from "./object-keys.ts";
import { type VideoFile, withoutUrl } from "./video-file.ts";

/*
 * A part has a version per source. Each version has its own row, jobs, keys and objects, so what is in progress never
 * shares a field with what plays: a replacement is transcoded, encrypted, retried and cancelled like any part, and a
 * rotation of what plays continues beside it.
 */

type Versions = { readonly files: readonly VideoFile[]; readonly otherVersions: readonly VideoFile[] };

/** All loaded versions of a part, the present one first. */
export function versionsOf({ files, otherVersions }: Versions, fileIndex: number): readonly VideoFile[] {
  return [...files, ...otherVersions].filter((file) => file.fileIndex === fileIndex);
}

export function replacementOf({ otherVersions }: Versions, fileIndex: number): VideoFile | null {
  return otherVersions.find((file) => file.fileIndex === fileIndex && file.versionState === "NEXT") ?? null;
}

/** What jobs work on: the present versions and the replacements. */
export function versionsInProgress({ files, otherVersions }: Versions): readonly VideoFile[] {
  return [...files, ...otherVersions.filter(({ versionState }) => versionState === "NEXT")];
}

/** Key versions are counted by part: a token names the part and the key version, whatever source that is of. */
export function lastKeyVersionOf(versions: Versions, fileIndex: number): number {
  return Math.max(0, ...versionsOf(versions, fileIndex).map(({ lastKeyVersion }) => lastKeyVersion));
}

/** A version that plays no more and that no job works on. Its stored prefixes remain, for their deletion. */
export function endedVersion(file: VideoFile): VideoFile {
  return { ...file, source: withoutUrl(file.source), keys: revokeKeys(file.keys), singleKey: null };
}

export function storedPrefixes({ clear, playing, singleKey, poster }: VideoFile): readonly string[] {
  const own = poster?.kind === "own" ? posterPrefix(poster.id) : undefined;
  return [clear?.prefix, playing?.prefix, singleKey?.prefix, own].filter((prefix) => prefix !== undefined);
}

/** A version whose poster another one has taken over. */
export function withoutPoster(file: VideoFile): VideoFile {
  return { ...file, poster: null };
}
