/** The key that a URL requests, decoded; absent parameters are undefined. */
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
 * Null for any URL that is no key's, or that has escapes, which only the router decodes: our playlists need none. The
 * first of several values counts, as in the router.
 */
export function parseKeyAddress(url: string): KeyAddress | null {
  const match = ADDRESS.exec(url);
  if (match === null) return null;
  const query = match[1] ?? "";
  if (query.includes("%") || query.includes("+")) return null;
  return { keyId: KEY_ID.exec(query)?.[1], quality: QUALITY.exec(query)?.[1], token: TOKEN.exec(query)?.[1] };
}
