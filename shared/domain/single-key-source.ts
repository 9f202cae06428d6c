import type { Quality } from "./quality.ts";

/** Where the imported segments lie, and the key to them, wrapped. Gone when the part has keys of its own. */
export type SingleKeySource = {
  /** In SOURCE. */
  readonly prefix: string;
  readonly wrappedKey: string;
  readonly kekId: string;
  /** Playlists by their names under the prefix. One without EXT-X-KEY is of clear segments. */
  readonly renditions: readonly SingleKeyRendition[];
  /** When a viewer, a site or a batch first asked for it. */
  readonly requestedAt: number | null;
  readonly createdAt: number;
};

export type SingleKeyRendition = { readonly quality: Quality; readonly playlist: string };

/** What the wrapping of such a key is bound to. Versions of content keys begin at 1, and no quality has this name. */
export function singleKeyBinding(fileId: string): { fileId: string; quality: string; keyVersion: number } {
  return { fileId, quality: "single-key", keyVersion: 0 };
}
