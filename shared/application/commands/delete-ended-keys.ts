import type { ContentKeyStore } from "../ports/content-key-store.ts";

/**
 * Far beyond the longest play session, and beyond the deletion of the ciphertext: until then the key endpoint answers
 * for a replaced key that it was replaced, and an operator can still read it.
 */
const KEPT_MS = 30 * 24 * 3600_000;

/** Of one run; what is left is deleted by the next. */
const KEYS_PER_RUN = 1000;

/** DeleteEndedKeys: content keys go some time after nobody is given them any more. Returns how many went. */
export function deleteEndedKeys(
  { contentKeys }: { readonly contentKeys: Pick<ContentKeyStore, "deleteEnded"> },
  now: number,
): Promise<number> {
  return contentKeys.deleteEnded(now - KEPT_MS, KEYS_PER_RUN);
}
