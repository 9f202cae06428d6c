/**
 * Adds `name=value` to a URI's query by text alone: `URL` and `URLSearchParams` would encode again what is there, and a
 * signature over it would no longer match. `name` and `value` are taken as already encoded.
 */
export function appendQuery(uri: string, name: string, value: string): string {
  const hash = uri.indexOf("#");
  const fragment = hash < 0 ? "" : uri.slice(hash);
  const rest = hash < 0 ? uri : uri.slice(0, hash);
  const mark = rest.indexOf("?");
  const joint = mark < 0 ? "?" : mark === rest.length - 1 || rest.endsWith("&") ? "" : "&";
  return `${rest}${joint}${name}=${value}${fragment}`;
}

/** True for `seg_00001.ts` and `1080p/index.m3u8`; false for anything with a scheme, a host or a leading slash. */
export function isRelativePath(uri: string): boolean {
  return !uri.startsWith("/") && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri);
}

/** The URI of a quality's media playlist, relative to the multivariant playlist beside it. */
export function variantUri(quality: string): string {
  return `${quality}/index.m3u8`;
}

/** The quality in a URI that `variantUri` made; null for any other. */
export function qualityOfVariantUri(uri: string): string | null {
  return /^([^/?#]+)\/index\.m3u8$/.exec(uri)?.[1] ?? null;
}
