import { open } from "node:fs/promises";
import type { Refusal } from "../media/refusal.ts";
import { type ContainerEnd, findContainerEnd } from "../media/source/container-end.ts";
import { findProtection } from "../media/source/protection/find-protection.ts";
import { COPY_PROTECTED } from "../media/source/refused-content.ts";
import { findRetypedTracks } from "../media/source/retyped-tracks.ts";
import { refuseStillImage } from "../media/source/still-image.ts";
import { fileBytes } from "./file-bytes.ts";

/** What the bytes of a source say without a demuxer. */
export type SourceStructure = {
  readonly end: ContainerEnd;
  /** Identifiers of tracks whose packets are scrambled. */
  readonly scrambled: ReadonlySet<number>;
  /** Identifiers of tracks whose codec changes on the way. */
  readonly retyped: ReadonlySet<number>;
  /** Why the file is refused for what it is. */
  readonly refusal: Refusal | null;
};

/** Reads headers and samples of a local file, and all packet headers of a transport stream. */
export async function readSourceStructure(sourcePath: string): Promise<SourceStructure> {
  await using file = await open(sourcePath);
  const bytes = await fileBytes(file);
  const protection = await findProtection(bytes);
  const refusal = protection.kind === "whole" ? COPY_PROTECTED : await refuseStillImage(bytes);
  const scrambled = protection.kind === "tracks" ? protection.scrambled : new Set<number>();
  const retyped = await findRetypedTracks(bytes);
  return { end: await findContainerEnd(bytes), scrambled, retyped, refusal };
}
