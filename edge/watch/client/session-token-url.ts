/* What a page must know of a play session's token and of the URLs that it stands in (docs/playback-tokens.md). */

/** Requests that a session's token stands in: media playlists and keys. The master belongs to the token that was issued. */
const WITH_SESSION = /\/video\/enc\/(?:key|videoResource\/[^?#]+\/index\.m3u8)\?/;
const TOKEN = /([?&]token=)([^&#]*)/;

/** Null where there is none. */
export function tokenIn(url: string): string | null {
  return TOKEN.exec(url)?.[2] ?? null;
}

/** The URL with the session's newest token, where it has one of the session's at all; otherwise as it was. */
export function withToken(url: string, token: string): string {
  return WITH_SESSION.test(url) ? url.replace(TOKEN, `$1${token}`) : url;
}

/** Seconds since the epoch, by the server's clock: a page compares them with each other, never with its own. */
export type TokenTimes = { readonly issuedAt: number; readonly expiresAt: number };

/** Null for what is no token of ours. */
export function timesOf(token: string): TokenTimes | null {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const { iat, exp } = JSON.parse(atob(payload)) as Record<string, unknown>;
    return typeof iat === "number" && typeof exp === "number" ? { issuedAt: iat, expiresAt: exp } : null;
  } catch {
    return null;
  }
}
