import type { ContentKeyStatus } from "../../domain/content-key.ts";
import type { Quality } from "../../domain/quality.ts";
import type { KeyVault } from "../../key-vault/key-vault.ts";
import type { VideoPostRepository } from "../ports.ts";

export type ReadableKey = { readonly bytes: Uint8Array<ArrayBuffer>; readonly status: ContentKeyStatus };

/**
 * The content key of a part's quality and version, unwrapped; null when there is none. Throws when the key-encryption
 * key that it is wrapped under is not configured.
 */
export async function getVideoHlsEncryptKey(
  { posts, vault }: { readonly posts: Pick<VideoPostRepository, "load">; readonly vault: KeyVault },
  wanted: { videoPostId: string; fileIndex: number; quality: Quality; keyVersion: number },
): Promise<ReadableKey | null> {
  const post = await posts.load(wanted.videoPostId);
  const file = post?.files.find((part) => part.fileIndex === wanted.fileIndex);
  const key = file?.keys.find((one) => one.quality === wanted.quality && one.keyVersion === wanted.keyVersion);
  if (file === undefined || key === undefined) return null;
  const { quality, keyVersion, status } = key;
  return { bytes: await vault.unwrap(key, { fileId: file.id, quality, keyVersion }), status };
}
