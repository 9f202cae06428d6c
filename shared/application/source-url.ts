import { STORED_CLEAR, type VideoFile, type WrappedUrl } from "../domain/part/video-file.ts";
import type { KeyVault } from "../key-vault/key-vault.ts";

/* URLs of sources are stored wrapped, like keys: a copy of the database alone cannot download them. */

export function wrapSourceUrl(vault: KeyVault, fileId: string, url: string): Promise<WrappedUrl> {
  return vault.wrapText(url, { fileId, purpose: "source-url" });
}

/** Throws when the key-encryption key is not configured or the row was changed. */
export async function unwrapSourceUrl(vault: KeyVault, fileId: string, wrapped: WrappedUrl): Promise<string> {
  if (wrapped.kekId === STORED_CLEAR) return wrapped.wrappedText;
  return vault.unwrapText(wrapped, { fileId, purpose: "source-url" });
}

/** Null if the part has no URL, or no longer has one. */
export async function sourceUrlOf(vault: KeyVault, { id, source }: VideoFile): Promise<string | null> {
  return source.kind === "url" && source.url !== null ? unwrapSourceUrl(vault, id, source.url) : null;
}
