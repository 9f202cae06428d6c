/** The key that a URL requests, decoded; absent parameters are undefined. */
export type KeyAddress = {
  readonly keyId: string | undefined;
  readonly quality: string | undefined;
  readonly token: string | undefined;
};

const PATH = "/video/enc/key";
/** Of "https://". Behind it the first slash begins the path. */
const SCHEME = 8;

/**
 * Null for any URL that is no key's, or that has escapes, which only the router decodes: our playlists need none. The
 * first of several values counts, as in the router. Expressions took twice as long.
 */
export function parseKeyAddress(url: string): KeyAddress | null {
  const path = url.indexOf("/", SCHEME);
  if (path < 0 || !url.startsWith(PATH, path)) return null;
  const start = path + PATH.length;
  const fragment = url.indexOf("#", start);
  const end = fragment < 0 ? url.length : fragment;
  if (start === end) return NOTHING;
  if (url[start] !== "?") return null;
  const query = url.slice(start, end);
  if (query.includes("%") || query.includes("+")) return null;
  return { keyId: valueIn(query, "keyId="), quality: valueIn(query, "quality="), token: valueIn(query, "token=") };
}

const NOTHING: KeyAddress = { keyId: undefined, quality: undefined, token: undefined };

/** `name` with its equals sign. A query begins with a question mark. */
function valueIn(query: string, name: string): string | undefined {
  for (let at = 0; at >= 0; at = query.indexOf("&", at + 1)) {
    if (!query.startsWith(name, at + 1)) continue;
    const start = at + 1 + name.length;
    const end = query.indexOf("&", start);
    return query.slice(start, end < 0 ? query.length : end);
  }
  return undefined;
}
