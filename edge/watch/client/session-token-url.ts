/* What a page knows of a session token and its URLs (docs/playback-tokens.md). */

/** Requests with a session's token: media playlists and keys. The multivariant playlist has the issued token. */
const WITH_SESSION =
  /\/(?:video\/enc\/key|(?:video\/enc\/videoResource|m3u8-encoder\/api\/v2\/proxy)\/[^?#]+\/index\.m3u8)\?/;
const TOKEN = /([?&]token=)([^&#]*)/;

/** Null where there is none. */
export function tokenIn(url: string): string | null {
  return TOKEN.exec(url)?.[2] ?? null;
}

/** The URL with the session's newest token, if it has a token of the session; otherwise unchanged. */
export function withToken(url: string, token: string): string {
  return WITH_SESSION.test(url) ? url.replace(TOKEN, `$1${token}`) : url;
}

/** Seconds since the epoch by the server's clock, to compare with each other and never with the page's clock. */
export type TokenTimes = { readonly issuedAt: number; readonly expiresAt: number };

/** Null unless it is a token of ladderlock. */
export function timesOf(token: string): TokenTimes | null {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const { iat, exp } = JSON.parse(atob(payload)) as Record<string, unknown>;
    return typeof iat === "number" && typeof exp === "number" ? { issuedAt: iat, expiresAt: exp } : null;
  } catch {
    return null;
  }
}
