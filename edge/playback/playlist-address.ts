/** The playlist that a URL names: `rendition` is null for the multivariant one. `token` is decoded. */
export type PlaylistAddress = {
  readonly videoPostId: string;
  readonly fileIndex: string;
  readonly rendition: string | null;
  readonly token: string | undefined;
};

const ADDRESS =
  /^https?:\/\/[^/]+\/video\/enc\/videoResource\/([^/?#%]+)\/(\d+)\/(?:master|([^/?#%]+)\/index)\.m3u8(?:$|\?|#)/;
const TOKEN = /^[^#]*?[?&]token=([^&#]*)/;

/**
 * Null for any URL that is no playlist's, or that has escapes, which only the router decodes. Two expressions and no
 * `URL`, which costs more than an HMAC.
 */
export function parsePlaylistAddress(url: string): PlaylistAddress | null {
  const match = ADDRESS.exec(url);
  if (match === null) return null;
  const [address, videoPostId = "", fileIndex = "", rendition] = match;
  // Starts at the end of the path, where the query starts.
  const token = TOKEN.exec(url.slice(address.length - 1))?.[1];
  return {
    videoPostId,
    fileIndex,
    rendition: rendition ?? null,
    token: token === undefined ? undefined : decoded(token),
  };
}

/** A token needs no escapes, but a client may write some. A malformed one stays as it is and fails verification. */
function decoded(token: string): string {
  if (!token.includes("%")) return token;
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}
