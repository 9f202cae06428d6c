import { createHash } from "node:crypto";
import { basename } from "node:path";
import { QUALITIES, type Quality } from "../../shared/domain/quality/quality.ts";
import { commonDuration, readImportedPlaylist } from "../media/imports/imported-playlist.ts";
import { openImportedSegment } from "../media/imports/imported-segment.ts";
import { type ImportFiles, type Place, placeInManifest, placeOfSegment, placeText } from "./import-files.ts";
import { ImportRefusal } from "./import-refusal.ts";
import type { Manifest, ManifestPart } from "./manifest.ts";

export type CheckedSegment = {
  readonly place: Place;
  readonly durationSeconds: number;
  /** Null: it is clear. */
  readonly iv: Uint8Array | null;
  /** Null where it lies at an address. */
  readonly bytes: number | null;
};

export type CheckedRendition = { readonly quality: Quality; readonly segments: readonly CheckedSegment[] };

export type CheckedPart = {
  readonly fileName: string;
  readonly key: Buffer;
  readonly renditions: readonly CheckedRendition[];
};

export type CheckedImport = {
  readonly parts: readonly CheckedPart[];
  /** 32 hexadecimal digits: the same for the same keys, playlists and sizes. */
  readonly digest: string;
};

export type CheckDeps = { readonly files: ImportFiles; readonly manifestFolder: string; readonly signal: AbortSignal };

/**
 * Everything that can be known without moving a byte, before anything is created: that every playlist can be taken, that
 * local segments are there, and that the first segment of each quality opens with the key. Throws ImportRefusal with all
 * that was found.
 */
export async function checkImport(manifest: Manifest, deps: CheckDeps): Promise<CheckedImport> {
  const problems: string[] = [];
  const parts: CheckedPart[] = [];
  for (const [index, part] of manifest.parts.entries()) {
    try {
      parts.push(await checkPart(part, deps));
    } catch (error) {
      if (!(error instanceof ImportRefusal)) throw error;
      problems.push(...error.problems.map((problem) => `part ${index}: ${problem}`));
    }
  }
  if (problems.length > 0) throw new ImportRefusal(problems);
  return { parts, digest: digestOf(parts) };
}

async function checkPart(part: ManifestPart, deps: CheckDeps): Promise<CheckedPart> {
  const key = await keyOf(part, deps);
  const problems: string[] = [];
  const renditions: CheckedRendition[] = [];
  for (const [quality, entry] of sources(part)) {
    try {
      renditions.push(await checkRendition(quality, entry, key, deps));
    } catch (error) {
      if (!(error instanceof ImportRefusal)) throw error;
      problems.push(...error.problems.map((problem) => `${quality}: ${problem}`));
    }
  }
  if (problems.length > 0) throw new ImportRefusal(problems);
  if (commonDuration(renditions) === null) throw new ImportRefusal([lengthsOf(renditions)]);
  return { fileName: part.fileName ?? fileNameOf(part), key, renditions };
}

type Entry = { readonly entry: string; readonly clear: boolean };

/** From the top rung down; a clear rendition, where there is one, in place of the encrypted one. */
function sources({ qualities, clear = {} }: ManifestPart): [Quality, Entry][] {
  return QUALITIES.flatMap((quality): [Quality, Entry][] => {
    const unencrypted = clear[quality];
    if (unencrypted !== undefined) return [[quality, { entry: unencrypted, clear: true }]];
    const entry = qualities[quality];
    return entry === undefined ? [] : [[quality, { entry, clear: false }]];
  });
}

const KEY_BYTES = 16;

async function keyOf({ key, keyFile }: ManifestPart, { files, manifestFolder, signal }: CheckDeps): Promise<Buffer> {
  if (key !== undefined) return Buffer.from(key, "hex");
  const place = placeInManifest(keyFile ?? "", manifestFolder);
  // A key that can be fetched without credentials is not secret, and one that cannot be must not stand in a manifest.
  if (place.kind === "url") throw new ImportRefusal(["keyFile: must be a local file"]);
  const bytes = await files.read(place, signal);
  if (bytes.length === KEY_BYTES) return Buffer.from(bytes);
  throw new ImportRefusal([`keyFile: has ${bytes.length} bytes, a key has ${KEY_BYTES}`]);
}

async function checkRendition(
  quality: Quality,
  { entry, clear }: Entry,
  key: Buffer,
  deps: CheckDeps,
): Promise<CheckedRendition> {
  const { files, manifestFolder, signal } = deps;
  const playlist = placeInManifest(entry, manifestFolder);
  const read = readImportedPlaylist(new TextDecoder().decode(await files.read(playlist, signal)));
  if (read.kind === "refused") throw new ImportRefusal([`the playlist ${read.reason}`]);
  if (clear && read.encrypted) throw new ImportRefusal(["the playlist is named as clear, but has an EXT-X-KEY"]);
  if (!clear && !read.encrypted) {
    throw new ImportRefusal(['the playlist has no EXT-X-KEY: name it under "clear" as well if its segments are clear']);
  }
  const segments: CheckedSegment[] = [];
  for (const [index, { uri, durationSeconds, iv }] of read.segments.entries()) {
    const place = placeOfSegment(uri, playlist, manifestFolder);
    if (place === null) throw new ImportRefusal([`segment ${index + 1} lies outside of the playlist's folder`]);
    segments.push({ place, durationSeconds, iv, bytes: await files.size(place) });
  }
  await checkFirst(segments[0]!, key, deps);
  return { quality, segments };
}

async function checkFirst({ place, iv }: CheckedSegment, key: Buffer, { files, signal }: CheckDeps): Promise<void> {
  if (openImportedSegment(await files.read(place, signal), key, iv) !== null) return;
  throw new ImportRefusal([doesNotOpen(place, iv !== null)]);
}

export function doesNotOpen(place: Place, encrypted: boolean): string {
  if (!encrypted) return `${placeText(place)} is no MPEG-TS`;
  return `${placeText(place)} does not open with the key and the IV of the playlist, or is no MPEG-TS`;
}

function lengthsOf(renditions: readonly CheckedRendition[]): string {
  const each = renditions.map(({ quality, segments }) => {
    return `${quality} ${segments.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0).toFixed(2)} s`;
  });
  return `the qualities are not equally long, so they are not of one video: ${each.join(", ")}`;
}

function fileNameOf(part: ManifestPart): string {
  const [, { entry }] = sources(part)[0]!;
  return basename(placeText(placeInManifest(entry, "/")));
}

function digestOf(parts: readonly CheckedPart[]): string {
  const hash = createHash("sha256");
  for (const { key, renditions } of parts) {
    hash.update(key);
    for (const { quality, segments } of renditions) {
      const facts = segments.map(({ durationSeconds, iv, bytes, place }) => {
        return [durationSeconds, iv === null ? null : Buffer.from(iv).toString("hex"), bytes, sourceOf(place)];
      });
      hash.update(JSON.stringify([quality, facts]));
    }
  }
  return hash.digest("hex").slice(0, 32);
}

/** A file may be moved between two runs, and a signature in an address be renewed. */
function sourceOf(place: Place): string {
  return place.kind === "file" ? basename(place.path) : placeText(place);
}
