import type { ContentKeyStatus } from "../../domain/part/content-key.ts";
import type { Quality } from "../../domain/quality/quality.ts";
import type { KeyVault } from "../../key-vault/key-vault.ts";
import type { ContentKeyStore } from "../ports/content-key-store.ts";

export type ReadableKey = { readonly bytes: Uint8Array<ArrayBuffer>; readonly status: ContentKeyStatus };

/**
 * The unwrapped content key of a part's quality and version; null if there is none. Throws if its key-encryption key is
 * not configured.
 */
export async function getVideoHlsEncryptKey(
  { contentKeys, vault }: { readonly contentKeys: Pick<ContentKeyStore, "find">; readonly vault: KeyVault },
  wanted: { videoPostId: string; fileIndex: number; quality: Quality; keyVersion: number },
): Promise<ReadableKey | null> {
  const key = await contentKeys.find(wanted);
  if (key === null) return null;
  const { fileId, status } = key;
  const { quality, keyVersion } = wanted;
  return { bytes: await vault.unwrap(key, { fileId, quality, keyVersion }), status };
}
