import type { Quality } from "./quality.ts";

/** The location of imported segments and their wrapped key. Deleted once the part has its own keys. */
export type SingleKeySource = {
  /** In SOURCE. */
  readonly prefix: string;
  readonly wrappedKey: string;
  readonly kekId: string;
  /** Names of playlists under the prefix. One without EXT-X-KEY has clear segments. */
  readonly renditions: readonly SingleKeyRendition[];
  /** First request by a viewer, a site or a batch. */
  readonly requestedAt: number | null;
  readonly createdAt: number;
};

export type SingleKeyRendition = { readonly quality: Quality; readonly playlist: string };

/** The binding of such a wrapped key. Content keys have versions from 1, and no quality has this name. */
export function singleKeyBinding(fileId: string): { fileId: string; quality: string; keyVersion: number } {
  return { fileId, quality: "single-key", keyVersion: 0 };
}
