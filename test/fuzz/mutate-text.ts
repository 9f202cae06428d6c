/*
 * Seeded damage to texts: what a broken player, a bad copy and paste, a scanner or an attacker makes of a token, a
 * query or a path. `random` gives numbers from 0 to 1; the same numbers make the same damage.
 */

export type Random = () => number;

export function chosen<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!;
}

export function count(random: Random, most: number): number {
  return 1 + Math.floor(random() * most);
}

/** Seen in an answer as it stands, this has been reflected. */
export const MARKER = "<i>f0zz</i>";

/** What goes wrong in parsers, file systems, SQL, playlists, headers and pages. */
export const HOSTILE: readonly string[] = [
  "",
  "\u0000",
  "%00",
  "%",
  "%zz",
  "%ff%fe",
  "%E0%A4%A",
  "%c0%ae%c0%ae/",
  "\r\n",
  "%0d%0aX-Injected:%20yes",
  "\n#EXT-X-KEY:METHOD=NONE\n",
  '"\n#EXTINF:6,\nhttps://evil.example/x.ts\n',
  '",URI="https://evil.example/key"',
  MARKER,
  `"><script>${MARKER}</script>`,
  "../",
  "..%2f",
  "%2e%2e/",
  "..\\",
  "/./",
  "//",
  "/",
  ";",
  "?",
  "#",
  "&",
  "=",
  "+",
  " ",
  "'",
  "' OR '1'='1",
  "'; DROP TABLE video_post; --",
  "\\",
  "$&",
  "$1",
  "__TOKEN__",
  "__proto__",
  "constructor",
  "null",
  "undefined",
  "NaN",
  "-1",
  "0",
  "1e309",
  "9007199254740993",
  "true",
  "[]",
  "{}",
  "\ud83d\ude48",
  "\ud800",
  "\u202e",
  "\ufeff",
  "İ",
  "é",
  "A".repeat(300),
  // Longer than the name of an object may be.
  "A".repeat(1100),
  "%41".repeat(100),
  "1080p",
  "master.m3u8",
  "token=",
  "&token=x",
  "&quality=1080p",
];

type Damage = (random: Random, text: string) => string;

const DAMAGES: readonly Damage[] = [
  (random, text) => spliced(random, text, 1, String.fromCharCode(33 + Math.floor(random() * 94))),
  (random, text) => spliced(random, text, 1, ""),
  (random, text) => spliced(random, text, 0, chosen(random, HOSTILE)),
  (random, text) => spliced(random, text, count(random, 20), chosen(random, HOSTILE)),
  (random, text) => spliced(random, text, count(random, text.length), ""),
  (random, text) => text.slice(0, Math.floor(random() * text.length)),
  (random, text) => text.slice(Math.floor(random() * text.length)),
  (random, text) => text + chosen(random, HOSTILE),
  (random, text) => chosen(random, HOSTILE) + text,
  (_, text) => text + text,
  (random, text) => flippedCase(random, text),
  (random, text) => swapped(random, text),
  (random, text) => percentEncoded(random, text),
  (random, text) => spliced(random, text, 0, text.slice(Math.floor(random() * text.length))),
];

/** Between one and three damages, one after the other. Never longer than a URL may be. */
export function mutateText(random: Random, text: string): string {
  let damaged = text;
  for (let left = count(random, 3); left > 0; left--) damaged = chosen(random, DAMAGES)(random, damaged);
  return damaged.slice(0, 8000);
}

function spliced(random: Random, text: string, deleted: number, inserted: string): string {
  const at = Math.floor(random() * (text.length + 1));
  return text.slice(0, at) + inserted + text.slice(at + deleted);
}

function flippedCase(random: Random, text: string): string {
  const at = Math.floor(random() * text.length);
  const letter = text.charAt(at);
  const other = letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase();
  return text.slice(0, at) + other + text.slice(at + 1);
}

function swapped(random: Random, text: string): string {
  const at = Math.floor(random() * Math.max(1, text.length - 1));
  return text.slice(0, at) + text.slice(at + 1, at + 2) + text.slice(at, at + 1) + text.slice(at + 2);
}

function percentEncoded(random: Random, text: string): string {
  const at = Math.floor(random() * text.length);
  const code = text.charCodeAt(at);
  return code < 128 ? `${text.slice(0, at)}%${code.toString(16).padStart(2, "0")}${text.slice(at + 1)}` : text;
}
