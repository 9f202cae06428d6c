import { seededRandom } from "../fixtures/seeded-random.ts";
import { mutateJson } from "./mutate-json.ts";
import { chosen, HOSTILE, MARKER, mutateText, type Random } from "./mutate-text.ts";

/*
 * The damaged requests: case `number` of a seed is always the same damage to the same kind of request. Ids, tokens and
 * keys are new in every run, so a failure prints its request as well.
 */

export type FuzzRequest = {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** What the damage is done to: requests that are answered well when nobody touches them. */
export type Originals = {
  /** Key URLs, playlists, segments, and whatever else a viewer asks for. */
  readonly viewing: readonly string[];
  /** What administrators ask for, with their credentials in the headers. */
  readonly administration: readonly FuzzRequest[];
  /** Tokens of other states and other parts, to put in the place of the right one. */
  readonly tokens: readonly string[];
  readonly bodies: readonly FuzzRequest[];
  /** The JSON of the bodies above, in the same order. */
  readonly values: readonly unknown[];
};

type Family = (random: Random, originals: Originals) => FuzzRequest;

const FAMILIES: readonly Family[] = [
  damagedToken,
  damagedToken,
  damagedToken,
  damagedQuery,
  damagedQuery,
  damagedPath,
  damagedPath,
  damagedHeaders,
  damagedBody,
  (random, originals) => (random() < 0.7 ? damagedBody : damagedAdministration)(random, originals),
];

export function fuzzRequest(seed: number, number: number, originals: Originals): FuzzRequest {
  const random = seededRandom(Math.imul(seed, 1_000_003) + number);
  const family = FAMILIES[number % FAMILIES.length]!;
  const request = family(random, originals);
  // Every case has its own address, so that the limit of token issue does not answer for the rest.
  return { ...request, headers: { "cf-connecting-ip": `2001:db8::${number.toString(16)}`, ...request.headers } };
}

function get(path: string, headers: Record<string, string> = {}): FuzzRequest {
  return { method: "GET", path, headers };
}

function damagedToken(random: Random, { viewing, tokens }: Originals): FuzzRequest {
  const [path, query = ""] = chosen(random, viewing).split("?");
  const at = query.lastIndexOf("token=") + 6;
  const token = random() < 0.1 ? chosen(random, tokens) : query.slice(at);
  return get(`${path}?${query.slice(0, at)}${damagedJwt(random, token)}`);
}

/** Mostly one of its three parts; sometimes its claims, which a signature no longer fits. */
function damagedJwt(random: Random, token: string): string {
  const parts = token.split(".");
  const kind = random();
  if (kind < 0.2) return mutateText(random, token);
  if (kind < 0.3) return parts.toSorted(() => random() - 0.5).join(".");
  if (kind < 0.4) return [parts[0], parts[1], ""].join(".");
  const at = Math.floor(random() * 3);
  const damage = kind < 0.7 && at < 2 ? damagedClaims : mutateText;
  return parts.map((part, index) => (index === at ? damage(random, part) : part)).join(".");
}

function damagedClaims(random: Random, part: string): string {
  try {
    const value: unknown = JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/")));
    return btoa(mutateJson(random, value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  } catch {
    return mutateText(random, part);
  }
}

function damagedQuery(random: Random, { viewing, tokens }: Originals): FuzzRequest {
  const [path, query = ""] = chosen(random, viewing).split("?");
  const pairs = query.split("&");
  const kind = random();
  const at = Math.floor(random() * pairs.length);
  if (kind < 0.15) return get(`${path}?${mutateText(random, query)}`);
  if (kind < 0.3) return get(`${path}?${pairs.filter((_, index) => index !== at).join("&")}`);
  if (kind < 0.45) return get(`${path}?${[...pairs, pairs[at], `token=${chosen(random, tokens)}`].join("&")}`);
  if (kind < 0.55) return get(`${path}?${[`${chosen(random, HOSTILE)}=${MARKER}`, ...pairs].join("&")}`);
  if (kind < 0.65) return get(`${path}?${pairs.toReversed().join("&")}`);
  return get(`${path}?${pairs.map((pair, index) => (index === at ? damagedPair(random, pair) : pair)).join("&")}`);
}

function damagedPair(random: Random, pair: string): string {
  const [name = "", value = ""] = pair.split("=");
  return random() < 0.25 ? `${mutateText(random, name)}=${value}` : `${name}=${mutateText(random, value)}`;
}

function damagedPath(random: Random, { viewing }: Originals): FuzzRequest {
  const [path = "", query = ""] = chosen(random, viewing).split("?");
  const parts = path.split("/");
  const at = 1 + Math.floor(random() * (parts.length - 1));
  const kind = random();
  if (kind < 0.3) return get(`/${mutateText(random, path.slice(1))}?${query}`);
  if (kind < 0.4) return get(`${parts.toSpliced(at, 0, chosen(random, HOSTILE)).join("/")}?${query}`);
  if (kind < 0.5) return get(`${parts.toSpliced(at, 1).join("/")}?${query}`);
  return get(`${parts.toSpliced(at, 1, mutateText(random, parts[at]!)).join("/")}?${query}`);
}

const HEADERS = [
  "range",
  "if-none-match",
  "if-range",
  "accept-encoding",
  "authorization",
  "x-http-method-override",
  "x-auth-sub",
  "x-auth-scope",
  "x-forwarded-host",
  "cf-connecting-ip",
  "content-type",
  "origin",
  "access-control-request-method",
  "tus-resumable",
  "upload-length",
  "upload-metadata",
];
const VALUES = [
  "bytes=0-15",
  "bytes=-16",
  "gzip",
  '"x"',
  "Bearer x",
  "DELETE",
  "admin",
  "application/json",
  "GET",
  "1.0.0",
];
const METHODS = ["GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PURGE", "get"];

function damagedHeaders(random: Random, { viewing, tokens }: Originals): FuzzRequest {
  const value = random() < 0.2 ? `Bearer ${chosen(random, tokens)}` : chosen(random, VALUES);
  const headers = { [chosen(random, HEADERS)]: headerText(random() < 0.5 ? value : mutateText(random, value)) };
  return { method: chosen(random, METHODS), path: chosen(random, viewing), headers };
}

/** What HTTP clients send without a murmur; other bytes are for raw sockets. */
function headerText(text: string): string {
  return [...text]
    .filter((letter) => letter.codePointAt(0)! < 127 && !/[\0\r\n]/.test(letter))
    .join("")
    .trim();
}

function damagedAdministration(random: Random, { administration }: Originals): FuzzRequest {
  const request = chosen(random, administration);
  const at = request.path.search(/[?]|$/);
  const path =
    random() < 0.5
      ? `/${mutateText(random, request.path.slice(1))}`
      : request.path.slice(0, at + 1) + mutateText(random, request.path.slice(at + 1));
  return { ...request, path };
}

function damagedBody(random: Random, { bodies, values }: Originals): FuzzRequest {
  const at = Math.floor(random() * bodies.length);
  return { ...bodies[at]!, body: mutateJson(random, values[at]) };
}
