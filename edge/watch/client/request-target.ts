import { qualityOfAlias } from "../../../shared/domain/quality/quality.ts";

/** What a player requests, derived from the path alone (docs/http-api.md) and never from the token. */
export type RequestTarget =
  | { readonly kind: "key"; readonly quality: string; readonly keyId: string }
  | { readonly kind: "master" }
  | { readonly kind: "playlist"; readonly quality: string }
  | { readonly kind: "segment" };

/** The same by the name of an encoder job. */
const PROXY = /^\/m3u8-encoder\/api\/v2\/proxy\/[^/]+?(?:\.m3u8|\/([^/]+)\/index\.m3u8)?$/;
const PLAYLIST = /^\/video\/enc\/videoResource\/[^/]+\/\d+\/(?:([^/]+)\/index|master)\.m3u8$/;

/** `url` is absolute. Anything but a key or a playlist is a segment, which may be on another origin. */
export function requestTarget(url: string): RequestTarget {
  const { pathname, searchParams } = new URL(url);
  if (pathname === "/video/enc/key") {
    return { kind: "key", quality: searchParams.get("quality") ?? "", keyId: searchParams.get("keyId") ?? "" };
  }
  const byJob = PROXY.exec(pathname);
  const playlist = byJob ?? PLAYLIST.exec(pathname);
  if (playlist === null) return { kind: "segment" };
  const [, name] = playlist;
  const quality = byJob === null || name === undefined ? name : (qualityOfAlias(name) ?? name);
  return quality === undefined ? { kind: "master" } : { kind: "playlist", quality };
}
