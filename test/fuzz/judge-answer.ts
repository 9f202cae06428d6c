import { base64Encode } from "../../shared/lib/base64.ts";
import { MARKER } from "./mutate-text.ts";
import type { FuzzRequest } from "./requests.ts";

/* What no answer may do, whatever was asked. */

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: Uint8Array<ArrayBuffer> };

export type Rules = {
  /** Key requests that are good: `token keyId quality`. Anything else must get no key. */
  readonly goodKeyRequests: ReadonlySet<string>;
  /** The content keys, 16 bytes each. */
  readonly keys: readonly Uint8Array[];
  /** The playlists that exist, by `path tokenId`, with their token taken out by `withoutTokens`. */
  readonly playlists: ReadonlyMap<string, string>;
  /** Secrets of the Worker: in no answer at all. */
  readonly secrets: readonly string[];
};

/** What is wrong with the answer; null when nothing is. */
export async function judgeAnswer(request: FuzzRequest, answer: Answer, rules: Rules): Promise<string | null> {
  const text = new TextDecoder().decode(await plain(answer));
  return (
    wrongStatus(request, answer) ??
    wrongHeaders(answer) ??
    givenKey(request, answer, rules) ??
    reflected(request, answer, text, rules) ??
    told(answer, text, rules)
  );
}

async function plain({ headers, body }: Answer): Promise<Uint8Array> {
  // A HEAD has the headers of a body that is not there.
  if (headers.get("content-encoding") !== "gzip" || body.length === 0) return body;
  const unzipped = new Response(body).body!.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(unzipped).arrayBuffer());
}

function wrongStatus({ path }: FuzzRequest, { status }: Answer): string | null {
  if (status >= 500) return `status ${status}`;
  return status === 429 && path.startsWith("/video/enc/key") ? "429 at the key gate" : null;
}

function wrongHeaders({ headers }: Answer): string | null {
  if (headers.get("access-control-allow-origin") !== "*") return "no CORS";
  if (headers.get("cache-control") === null) return "no Cache-Control";
  return headers.has("x-injected") ? "an injected header" : null;
}

function givenKey(request: FuzzRequest, answer: Answer, { keys, goodKeyRequests }: Rules): string | null {
  const looksLikeOne = answer.headers.get("content-type") === "application/octet-stream" && answer.body.length === 16;
  const text = new TextDecoder("latin1").decode(answer.body);
  const holdsOne = keys.some(
    (key) => text.includes(new TextDecoder("latin1").decode(key)) || text.includes(base64Encode(key)),
  );
  return (looksLikeOne || holdsOne) && !goodKeyRequests.has(asked(request)) ? "a key" : null;
}

/** A request as the URL standard reads it: parameters that come twice count once, and encoded ones are decoded. */
function asked({ method, path }: FuzzRequest): string {
  const url = new URL(path, "https://video.example");
  if (method.toUpperCase() !== "GET" || decoded(url.pathname) !== "/video/enc/key") return "";
  return ["token", "keyId", "quality"].map((name) => url.searchParams.get(name)).join(" ");
}

function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

const TOKEN = /token=([\w-]+\.[\w-]+\.[\w-]+)/g;

export function withoutTokens(playlist: string): string {
  return playlist.replaceAll(TOKEN, "token=");
}

/** A playlist is one that exists, byte for byte, with one token in it, of the id that it was asked for with. */
function reflected({ path }: FuzzRequest, { headers }: Answer, text: string, { playlists }: Rules): string | null {
  const type = headers.get("content-type") ?? "";
  if (type.startsWith("text/html")) return text.includes(MARKER) ? "input in a page" : null;
  if (!type.includes("mpegurl") || text === "") return null;
  const tokens = new Set([...text.matchAll(TOKEN)].map((match) => match[1]!));
  if (tokens.size !== 1) return `a playlist with ${tokens.size} tokens`;
  const pathname = decoded(new URL(path, "https://video.example").pathname);
  const original = playlists.get(`${pathname} ${tokenIdOf([...tokens][0]!)}`);
  return withoutTokens(text) === original ? null : "a playlist with something else in it";
}

export function tokenIdOf(token: string): string {
  const payload = token.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/");
  return (JSON.parse(atob(payload)) as { jti: string }).jti;
}

function told({ headers }: Answer, text: string, { secrets }: Rules): string | null {
  if (secrets.some((secret) => text.includes(secret))) return "a secret of the Worker";
  const isProblem = headers.get("content-type") === "application/problem+json";
  return isProblem && JWT.test(text) ? "a token in a problem" : null;
}

/** Whatever looks like a JWT. */
const JWT = /eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/;

/** What must not stand in a log: tokens of any kind, keys, and the secrets of the Worker. */
export function secretsIn(log: string, { keys, secrets }: Pick<Rules, "keys" | "secrets">): string[] {
  const known = [...secrets, ...keys.map(base64Encode), ...keys.map(hex)].filter((secret) => log.includes(secret));
  const token = JWT.exec(log)?.[0];
  return token === undefined ? known : [...known, token];
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
