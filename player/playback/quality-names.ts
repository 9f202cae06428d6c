/** Of encoder URLs, which name qualities by their aliases: v0 to v3, a0 to a2. */
const ALIASES: Readonly<Record<string, string>> = {
  ...{ v0: "1080p", v1: "720p", v2: "480p", v3: "360p" },
  ...{ a0: "192k", a1: "128k", a2: "96k" },
};

/** The quality of a media playlist, by its address; empty where it has none. */
export function qualityOf(uri: string): string {
  const name = /\/([^/?#]+)\/index\.m3u8(?:[?#]|$)/.exec(uri)?.[1] ?? "";
  return ALIASES[name] ?? name;
}

/** Video above audio, then the best first. */
export function bestFirst(one: string, other: string): number {
  const [a, b] = [one, other].map((name) => Number.parseInt(name, 10) + (name.endsWith("p") ? 1e6 : 0));
  return (b ?? 0) - (a ?? 0);
}
