/** What a player requests, derived from the path alone (docs/http-api.md) and never from the token. */
export type RequestTarget =
  | { readonly kind: "key"; readonly quality: string; readonly keyId: string }
  | { readonly kind: "master" }
  | { readonly kind: "playlist"; readonly quality: string }
  | { readonly kind: "segment" };

const PLAYLIST = /^\/video\/enc\/videoResource\/[^/]+\/\d+\/(?:([^/]+)\/index|master)\.m3u8$/;

/** `url` is absolute. Anything but a key or a playlist is a segment, which may be on another origin. */
export function requestTarget(url: string): RequestTarget {
  const { pathname, searchParams } = new URL(url);
  if (pathname === "/video/enc/key") {
    return { kind: "key", quality: searchParams.get("quality") ?? "", keyId: searchParams.get("keyId") ?? "" };
  }
  const playlist = PLAYLIST.exec(pathname);
  if (playlist === null) return { kind: "segment" };
  const [, quality] = playlist;
  return quality === undefined ? { kind: "master" } : { kind: "playlist", quality };
}
