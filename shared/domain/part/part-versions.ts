import { mergedCaptions, uploadedCaptions } from "./caption.ts";
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

export function storedPrefixes(file: VideoFile): readonly string[] {
  const { clear, playing, singleKey, poster } = file;
  const own = poster?.kind === "own" ? posterPrefix(poster.id) : undefined;
  const named = [clear?.prefix, playing?.prefix, singleKey?.prefix, own].filter((prefix) => prefix !== undefined);
  return [...named, ...captionPrefixes(file)];
}

/** A version whose poster another one has taken over. */
export function withoutPoster(file: VideoFile): VideoFile {
  return { ...file, poster: null };
}

/** Of an editor's captions; those of the source lie below the clear renditions. */
export function captionPrefixes({ captions }: VideoFile): readonly string[] {
  return uploadedCaptions(captions).map(({ objectKey }) => objectKey.slice(0, objectKey.lastIndexOf("/") + 1));
}

/** What an editor has added to a part stays when its source is replaced; the rest is the source's own. */
export function withEditorsTexts(version: VideoFile, old: VideoFile): VideoFile {
  const captions = mergedCaptions(uploadedCaptions(old.captions), version.captions);
  return { ...version, captions, chapters: old.chapters?.origin === "SET" ? old.chapters : version.chapters };
}

/** A replaced version, whose editor's captions the new one has. */
export function withoutEditorsTexts(file: VideoFile): VideoFile {
  return { ...file, captions: file.captions.filter(({ origin }) => origin === "SOURCE") };
}
