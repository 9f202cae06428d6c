import { randomBytes } from "node:crypto";
import { readFile, rm, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { type DownloadLimits, downloadUrl } from "../adapters/download-url.ts";
import { ImportRefusal } from "./import-refusal.ts";

/** Where something lies that is imported. */
export type Place = { readonly kind: "file"; readonly path: string } | { readonly kind: "url"; readonly url: string };

/** Reads local files and, through the guards of downloads, addresses of the public internet. */
export type ImportFiles = {
  /** Throws ImportRefusal where there is nothing, or where it may not be read; RetryableError for a network that fails. */
  readonly read: (place: Place, signal: AbortSignal) => Promise<Uint8Array>;
  /** Bytes of a local file; null for an address, which is not asked before it is read. Throws ImportRefusal. */
  readonly size: (place: Place) => Promise<number | null>;
};

export type ImportFilesOptions = {
  /** For downloads; exists. */
  readonly directory: string;
  readonly allowHosts: ReadonlySet<string>;
};

/** Half a minute of 60 Mbit/s: far more than a segment has, and it is held in memory. */
const MOST_BYTES = 256 * 2 ** 20;
const LIMITS: DownloadLimits = { maxBytes: MOST_BYTES, maxSeconds: 600, minBytesPerSecond: 4096 };

export function createImportFiles(options: ImportFilesOptions): ImportFiles {
  return {
    read: async (place, signal) => {
      if (place.kind === "url") return download(place.url, options, signal);
      await localSize(place.path);
      return readFile(place.path, { signal });
    },
    size: async (place) => (place.kind === "url" ? null : localSize(place.path)),
  };
}

/** An entry of the manifest: an address, or a path from the manifest's folder. */
export function placeInManifest(entry: string, manifestFolder: string): Place {
  return isAddress(entry) ? { kind: "url", url: entry } : { kind: "file", path: resolve(manifestFolder, entry) };
}

/**
 * A segment that a playlist names. Null for what a local playlist may not name: somebody else's playlist must not have
 * any file of this machine read, so its segments lie beside it, below it, or in the folder of the manifest.
 */
export function placeOfSegment(uri: string, playlist: Place, manifestFolder: string): Place | null {
  if (isAddress(uri)) return { kind: "url", url: uri };
  if (playlist.kind === "url") {
    return URL.canParse(uri, playlist.url) ? { kind: "url", url: new URL(uri, playlist.url).href } : null;
  }
  const name = decoded(uri.replace(/[?#].*$/, ""));
  if (name === null || name === "") return null;
  const folder = dirname(playlist.path);
  const path = resolve(folder, name);
  return isWithin(path, folder) || isWithin(path, manifestFolder) ? { kind: "file", path } : null;
}

/** As it is shown to people: without the query, which may be a signature. */
export function placeText(place: Place): string {
  return place.kind === "file" ? place.path : place.url.replace(/[?#].*$/, "");
}

/** Https, and http where SOURCE_ALLOW_HOSTS names the host: over http anyone in between could change the content. */
function mayBeAsked(url: string, allowHosts: ReadonlySet<string>): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, port } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && allowHosts.has(`${hostname}:${port || "80"}`));
}

async function download(url: string, { directory, allowHosts }: ImportFilesOptions, signal: AbortSignal) {
  const place = placeText({ kind: "url", url });
  if (!mayBeAsked(url, allowHosts)) throw new ImportRefusal([`${place}: only https addresses are fetched`]);
  const destination = join(directory, randomBytes(12).toString("hex"));
  try {
    const guards = { allowHosts, limits: LIMITS, requireRoom: async () => {}, onProgress: () => {} };
    const outcome = await downloadUrl({ url, destination, signal, ...guards });
    if (outcome.kind === "refused") throw new ImportRefusal([`${place}: ${outcome.reason}`]);
    return await readFile(destination, { signal });
  } finally {
    await rm(destination, { force: true });
  }
}

async function localSize(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (found === null || !found.isFile()) throw new ImportRefusal([`${path}: there is no such file`]);
  if (found.size === 0) throw new ImportRefusal([`${path}: the file is empty`]);
  if (found.size > MOST_BYTES) throw new ImportRefusal([`${path}: the file has more than ${MOST_BYTES} bytes`]);
  return found.size;
}

function isAddress(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text);
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(resolve(folder), path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && resolve(folder, way) === path;
}

function decoded(name: string): string | null {
  try {
    return decodeURIComponent(name);
  } catch {
    return null;
  }
}
