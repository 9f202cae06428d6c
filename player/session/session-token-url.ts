/* What a page knows of a session token and its URLs (docs/playback-tokens.md). */

/** Requests with a session's token: keys and all that belongs to a part. The multivariant playlist has the issued token. */
const WITH_SESSION =
  /\/(?:video\/enc\/key|video\/enc\/videoResource\/(?![^?#]*\/master\.m3u8)[^?#]+|m3u8-encoder\/api\/v2\/proxy\/[^?#]+\/index\.m3u8)\?/;
const TOKEN = /([?&]token=)([^&#]*)/;

/** Null where there is none. */
export function tokenIn(url: string): string | null {
  return TOKEN.exec(url)?.[2] ?? null;
}

/** The URL with the session's newest token, if it has a token of the session; otherwise unchanged. */
export function withToken(url: string, token: string): string {
  return WITH_SESSION.test(url) ? url.replace(TOKEN, `$1${token}`) : url;
}

/** Whether it is a media playlist of encrypted content, whose token is that of a session. */
export function isOfSession(levelUrl: string): boolean {
  return levelUrl.includes("/video/enc/videoResource/");
}

/** Times in seconds since the epoch by the server's clock, to compare with each other and never with the page's clock. */
export type TokenTimes = { readonly issuedAt: number; readonly expiresAt: number; readonly sessionId: string | null };

/** Null unless it is a token of ladderlock. */
export function timesOf(token: string): TokenTimes | null {
  const { iat, exp, sid } = claimsOf(token);
  if (typeof iat !== "number" || typeof exp !== "number") return null;
  return { issuedAt: iat, expiresAt: exp, sessionId: typeof sid === "string" ? sid : null };
}

/** Whether two tokens open the same segments with the same keys: a part, its key version and its prefix. */
export function isSameMedia(one: string | null, other: string | null): boolean {
  const [a, b] = [claimsOf(one ?? ""), claimsOf(other ?? "")];
  return typeof a.o === "string" && ["p", "f", "v", "o"].every((name) => a[name] === b[name]);
}

function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    return Object(JSON.parse(atob(payload)));
  } catch {
    return {};
  }
}
