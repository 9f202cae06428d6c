import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mediaPlaylistKey } from "../../shared/domain/part/object-keys.ts";
import type { AbrVariant } from "../../shared/domain/quality/rendition.ts";
import type { ObjectStore } from "../adapters/object-store.ts";
import { commonTargetDuration, measureRung, type Rung, writeRungPlaylist } from "./measured-rung.ts";
import { STORED_PLAYLIST } from "./object-headers.ts";

/** A quality whose clear segments are stored, with what was found in them. */
export type ClearRung = Rung & Pick<AbrVariant, "quality" | "width" | "height" | "codecs" | "frameRate">;

export type LadderPlace = {
  /** Has a folder for each quality. */
  readonly directory: string;
  readonly clearPrefix: string;
  readonly store: ObjectStore;
};

/**
 * Writes the playlists of a clear ladder beside its segments: to the store, and to the disk, where the encrypt job may
 * find them first. Returns the variants in the order of the rungs.
 */
export async function storeClearLadder(
  rungs: readonly ClearRung[],
  { directory, clearPrefix, store }: LadderPlace,
  signal: AbortSignal,
): Promise<AbrVariant[]> {
  const targetDuration = commonTargetDuration(rungs);
  return Promise.all(
    rungs.map(async (rung) => {
      const { quality, width, height, codecs, frameRate } = rung;
      const text = writeRungPlaylist(rung, targetDuration);
      await writeFile(join(directory, quality, "index.m3u8"), text, { signal });
      await store.putBytes(mediaPlaylistKey(clearPrefix, quality), text, STORED_PLAYLIST, signal);
      return { quality, width, height, codecs, frameRate, ...measureRung(rung, targetDuration) };
    }),
  );
}
