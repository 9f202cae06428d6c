/** Which playlist an URL names: `quality` is null for the multivariant one. `token` is as the URL has it, decoded. */
export type PlaylistAddress = {
  readonly videoPostId: string;
  readonly fileIndex: string;
  readonly quality: string | null;
  readonly token: string | undefined;
};

const ADDRESS =
  /^https?:\/\/[^/]+\/video\/enc\/videoResource\/([^/?#%]+)\/(\d+)\/(?:master|([^/?#%]+)\/index)\.m3u8(?:$|\?|#)/;
const TOKEN = /^[^#]*?[?&]token=([^&#]*)/;

/**
 * Null for every URL that is no playlist's, or is spelt with escapes, which the router understands too. By two
 * expressions and no `URL`, which costs more than an HMAC.
 */
export function parsePlaylistAddress(url: string): PlaylistAddress | null {
  const match = ADDRESS.exec(url);
  if (match === null) return null;
  const [address, videoPostId = "", fileIndex = "", quality] = match;
  // From the end of the path on: a query begins where the address ends.
  const token = TOKEN.exec(url.slice(address.length - 1))?.[1];
  return { videoPostId, fileIndex, quality: quality ?? null, token: token === undefined ? undefined : decoded(token) };
}

/** A token needs no escapes, but a client may write some. What cannot be read is left as it is, and verifies as nothing. */
function decoded(token: string): string {
  if (!token.includes("%")) return token;
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}
