import { mediaPlaylistKey, multivariantKey } from "../../../shared/domain/part/object-keys.ts";
import type { AbrVariant } from "../../../shared/domain/quality/rendition.ts";
import { writeMultivariantPlaylist } from "../../../shared/hls/multivariant-playlist.ts";
import type { ObjectStore } from "../../adapters/object-store.ts";
import { commonTargetDuration, measureRung, type Rung, writeRungPlaylist } from "../measured-rung.ts";
import { STORED_PLAYLIST } from "../object-headers.ts";
import type { EncryptedRung } from "./encrypted-rung.ts";

/**
 * Stores the templates of all playlists in the private bucket: the master is unfiltered, and a key's URI holds the
 * placeholder for the token. Returns the variants as measured on the ciphertext: padding is delivered as well.
 */
export async function storeEncryptedPlaylists(
  rungs: readonly EncryptedRung[],
  prefix: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<AbrVariant[]> {
  const measured = rungs.map((rung) => ({ ...rung, ...deliveredSegments(rung) }));
  const targetDuration = commonTargetDuration(measured);
  const variants = measured.map((rung) => ({ ...rung.variant, ...measureRung(rung, targetDuration) }));
  await Promise.all([
    store.putBytes(multivariantKey(prefix), masterOf(variants), STORED_PLAYLIST, signal),
    ...measured.map((rung) => {
      const text = writeRungPlaylist(rung, targetDuration, rung.keyUri);
      return store.putBytes(mediaPlaylistKey(prefix, rung.variant.quality), text, STORED_PLAYLIST, signal);
    }),
  ]);
  return variants;
}

function deliveredSegments({ durations, sizes }: EncryptedRung): Rung {
  return { segments: durations.map((durationSeconds, index) => ({ durationSeconds, bytes: sizes[index] ?? 0 })) };
}

function masterOf(variants: readonly AbrVariant[]): string {
  return writeMultivariantPlaylist({
    variants: variants.map((variant) => ({ ...variant, uri: `${variant.quality}/index.m3u8` })),
  });
}
