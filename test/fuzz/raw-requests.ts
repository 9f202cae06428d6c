import { seededRandom } from "../fixtures/seeded-random.ts";
import { chosen, count, HOSTILE, mutateText, type Random } from "./mutate-text.ts";

/* Damage below HTTP: what only a raw socket can send. Texts are bytes here, one letter each (latin1). */

export type RawOriginals = {
  /** Paths with their queries that are answered well to GET. */
  readonly targets: readonly string[];
  /** A route that takes a JSON body, and one that it takes. */
  readonly post: { readonly target: string; readonly body: string };
};

const VERSIONS = [
  "HTTP/1.0",
  "HTTP/0.9",
  "HTTP/2.0",
  "HTTP/1.9",
  "http/1.1",
  "HTTP/1.1 ",
  "HTTPS/1.1",
  "",
  "\u00ff\u00fe",
];
const BLANKS = ["\t", "  ", "\u000b", "\u0000", "\r", "", "%20"];
const METHODS = ["get", "GETT", "HEAD", "OPTIONS", "CONNECT", "TRACE", "PURGE", "PRI", "G\u0000ET", "\u00c9", ""];
const LINES = [
  "Host: evil.example",
  "Host:",
  "X-Injected yes",
  "X Injected: yes",
  " folded: onto the line before",
  "X-Null: a\u0000b",
  "X-High: \u00ff\u00fe\u0080",
  "X-Return: a\rX-Injected: yes",
  ": no name",
  "Content-Length: -1",
  "Content-Length: 99999999999999999999",
  "Content-Length: 0x10",
  "Content-Length: 5\r\nContent-Length: 6",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: chunked\r\nContent-Length: 4",
  "Transfer-Encoding: gzip, chunked",
  "Transfer-Encoding: identity\u000b",
  "Expect: 100-continue",
  "Expect: the-unexpected",
  "Upgrade: websocket\r\nConnection: Upgrade",
  "Range: bytes=0-15, 16-31, 5-",
  "Authorization: Bearer \u00ff",
  "Cookie: a=\u0001",
  "X-Forwarded-Proto: javascript",
];

type Damage = (random: Random, originals: RawOriginals) => string;

const DAMAGES: readonly Damage[] = [
  (random, { targets }) => request(`GET ${latin1(mutateText(random, chosen(random, targets)))} HTTP/1.1`),
  (random, { targets }) => request(`GET ${chosen(random, targets)} ${chosen(random, VERSIONS)}`),
  (random, { targets }) => request(`${chosen(random, METHODS)} ${chosen(random, targets)} HTTP/1.1`),
  (random, { targets }) => request(["GET", chosen(random, targets), "HTTP/1.1"].join(chosen(random, BLANKS))),
  (random, { targets }) => request(`GET ${absolute(random)}${chosen(random, targets)} HTTP/1.1`),
  (random, { targets }) =>
    request(`GET ${chosen(random, targets)} HTTP/1.1`, [chosen(random, LINES), chosen(random, LINES)]),
  (random, { targets }) => request(`GET ${chosen(random, targets)} HTTP/1.1`, tooMany(random)),
  (random, { targets }) => flipped(random, request(`GET ${chosen(random, targets)} HTTP/1.1`)),
  (random, { targets }) =>
    request(`GET ${chosen(random, targets)} HTTP/1.1`).replaceAll("\r\n", chosen(random, ["\n", "\r", "\n\r"])),
  (random, { post }) => posted(random, post),
];

/** Case `number` of a seed, as the bytes to send. */
export function rawRequest(seed: number, number: number, originals: RawOriginals): Buffer {
  const random = seededRandom(Math.imul(seed, 999_983) + number);
  return Buffer.from(DAMAGES[number % DAMAGES.length]!(random, originals), "latin1");
}

export function request(line: string, headers: readonly string[] = [], body = ""): string {
  return `${[line, "Host: video.example", "Connection: close", ...headers].join("\r\n")}\r\n\r\n${body}`;
}

function latin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function absolute(random: Random): string {
  return chosen(random, [
    "http://video.example",
    "http://evil.example:99999",
    "https://a@b",
    "//evil.example",
    "*",
    "?",
    "",
  ]);
}

function tooMany(random: Random): string[] {
  if (random() < 0.5) return [`X-Long: ${"a".repeat(count(random, 20_000))}`];
  return Array.from(
    { length: count(random, 500) },
    (_, index) => `X-${index}: ${chosen(random, ["a", "b".repeat(50)])}`,
  );
}

function flipped(random: Random, text: string): string {
  const letters = [...text];
  for (let left = count(random, 8); left > 0; left--) {
    letters[Math.floor(random() * letters.length)] = String.fromCharCode(Math.floor(random() * 256));
  }
  return letters.join("");
}

function posted(random: Random, { target, body }: RawOriginals["post"]): string {
  const line = `POST ${target} HTTP/1.1`;
  const damaged = latin1(random() < 0.5 ? mutateText(random, body) : body);
  const kind = random();
  if (kind < 0.3) return request(line, [`Content-Length: ${damaged.length + count(random, 10) - 5}`], damaged);
  if (kind < 0.6)
    return request(
      line,
      ["Transfer-Encoding: chunked"],
      `${chosen(random, ["zz", "-1", "ffffffffffffffff", "5;x=y", ""])}\r\n${damaged}\r\n0\r\n\r\n`,
    );
  const smuggled = request("GET /video/enc/key HTTP/1.1");
  if (kind < 0.8)
    return request(line, [`Content-Length: ${damaged.length}`, "Transfer-Encoding: chunked"], `0\r\n\r\n${smuggled}`);
  return request(line, [`Content-Length: ${damaged.length}`, `X: ${latin1(chosen(random, HOSTILE))}`], damaged);
}
