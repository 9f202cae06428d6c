/** Which key an URL asks for, decoded; what it does not say is undefined. */
export type KeyAddress = {
  readonly keyId: string | undefined;
  readonly quality: string | undefined;
  readonly token: string | undefined;
};

const ADDRESS = /^https?:\/\/[^/]+\/video\/enc\/key(?:\?([^#]*))?(?:$|#)/;
const KEY_ID = /(?:^|&)keyId=([^&]*)/;
const QUALITY = /(?:^|&)quality=([^&]*)/;
const TOKEN = /(?:^|&)token=([^&]*)/;

/**
 * Null for every URL that is no key's, or is spelt with escapes, which the router understands too: what our playlists
 * write needs none. The first of several values counts, as it does for the router.
 */
export function parseKeyAddress(url: string): KeyAddress | null {
  const match = ADDRESS.exec(url);
  if (match === null) return null;
  const query = match[1] ?? "";
  if (query.includes("%") || query.includes("+")) return null;
  return { keyId: KEY_ID.exec(query)?.[1], quality: QUALITY.exec(query)?.[1], token: TOKEN.exec(query)?.[1] };
}
