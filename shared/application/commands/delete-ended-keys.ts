import type { ContentKeyStore } from "../ports/content-key-store.ts";

/**
 * Far beyond the longest play session and the deletion of the ciphertext. Until then the key endpoint can answer
 * "replaced", and an operator can still read the key.
 */
const KEPT_MS = 30 * 24 * 3600_000;

/** Per run; the next run deletes the rest. */
const KEYS_PER_RUN = 1000;

/** DeleteEndedKeys: deletes content keys some time after they stopped being served. Returns how many. */
export function deleteEndedKeys(
  { contentKeys }: { readonly contentKeys: Pick<ContentKeyStore, "deleteEnded"> },
  now: number,
): Promise<number> {
  return contentKeys.deleteEnded(now - KEPT_MS, KEYS_PER_RUN);
}
