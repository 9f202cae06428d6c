import { secretId } from "../../shared/lib/random-id.ts";
import type { PublishedPost } from "../../test/fixtures/isolates/published-post.ts";
import type { Target } from "../comparison.ts";
import { issuedTokens, type Tokens, viewerJwt } from "./tokens.ts";
import type { BareName } from "./workerd.ts";

/** A request to our Worker, and what the barest Worker does in its place. */
export type EdgeCase = {
  readonly name: string;
  /** What the project asks of itself, as the ratio of requests per second. */
  readonly target: Target | null;
  readonly ours: Asked;
  readonly bare: Asked & { readonly worker: BareName };
  /** The barest Worker answers from memory with the body of our answer, uncompressed. */
  readonly fromMemory?: boolean;
  /** Each request makes an object that stays in memory: short rounds, and a new process now and then. */
  readonly makesObjects?: boolean;
  /** What both sides do before that, so that a new process has compiled what an isolate in use has compiled. */
  readonly before?: { readonly ours: Asked; readonly bare: Asked };
};

export type Asked = {
  readonly nextPath: () => string;
  readonly headers?: Readonly<Record<string, string>>;
  /** For a POST. */
  readonly body?: string;
  /** Further headers of each request, as `name: value\r\n`. A Host replaces that of the socket. */
  readonly nextHeaders?: () => string;
};

const atLeast = (ratio: number): Target => ({ atLeast: ratio });

export async function edgeCases(origin: URL, published: PublishedPost): Promise<EdgeCase[]> {
  const tokens = await issuedTokens(origin, published);
  return [...playlistCases(published, tokens), ...keyCases(published, tokens), ...issueCases(published, tokens)].concat(
    [...published.segmentKeys].flatMap(([bytes, key]) => segmentCases(bytes, key)),
  );
}

const MEMORY = { worker: "memory", nextPath: () => "/" } as const;

function playlistCases({ videoPostId }: PublishedPost, { issued, session }: Tokens): EdgeCase[] {
  const resource = `/video/enc/videoResource/${videoPostId}/0`;
  const media = () => `${resource}/1080p/index.m3u8?token=${session}`;
  const gzip = { "accept-encoding": "gzip" };
  const rows: [name: string, target: number, ours: Asked][] = [
    ["master, new session each time", 0.5, { nextPath: () => `${resource}/master.m3u8?token=${issued}` }],
    ["media playlist, plain", 0.65, { nextPath: media }],
    ["media playlist, gzip", 0.9, { nextPath: media, headers: gzip }],
  ];
  return rows.map(([name, ratio, ours]) => ({ name, target: atLeast(ratio), ours, bare: MEMORY, fromMemory: true }));
}

function keyCases({ keys }: PublishedPost, tokens: Tokens): EdgeCase[] {
  const { keyId } = keys.keys.find((key) => key.quality === "1080p")!;
  const key = (session: string) => `/video/enc/key?keyId=${keyId}&quality=1080p&token=${session}`;
  const uncounted = { nextPath: () => key(tokens.nextSession()) };
  const known = { ours: { nextPath: () => key(tokens.counted) }, bare: { nextPath: () => "/one" } };
  const root = { nextPath: () => "/" };
  return [
    { name: "key, uncounted", target: atLeast(0.55), ours: uncounted, bare: MEMORY, fromMemory: true },
    { name: "key, uncounted", target: atLeast(8), ours: uncounted, bare: { worker: "database", ...root } },
    {
      name: "key, counted, known session",
      target: atLeast(0.6),
      ours: known.ours,
      bare: { worker: "counter", ...known.bare },
    },
    {
      name: "key, first use of a token",
      target: atLeast(0.8),
      ours: { nextPath: () => key(tokens.nextCounted()) },
      bare: { worker: "counter", nextPath: () => `/${secretId()}` },
      makesObjects: true,
      before: known,
    },
  ];
}

function issueCases({ videoPostId }: PublishedPost, { apiKey }: Tokens): EdgeCase[] {
  const part = { videoPostId, fileIndex: 0 };
  const json = { "content-type": "application/json" };
  const apiKeyOf = () => `authorization: Bearer ${apiKey}\r\n`;
  const rows: [name: string, path: string, target: Target | null, nextHeaders: () => string, body: object][] = [
    ["token issue, anonymous", "/video/enc/token", atLeast(0.4), addresses(), part],
    ["token issue, viewer JWT", "/video/enc/token", null, viewers(), part],
    ["token issue, API key", "/admin/video/enc/token", null, apiKeyOf, { ...part, viewer: "site:viewer-1" }],
  ];
  return rows.map(([name, path, target, nextHeaders, body]) => ({
    name,
    target,
    ours: { nextPath: () => path, headers: json, nextHeaders, body: JSON.stringify(body) },
    bare: MEMORY,
    fromMemory: true,
  }));
}

/** Each caller has a few requests a minute that are not counted by Cloudflare; a premiere has many callers. */
const CALLERS = 20_000;

function addresses(): () => string {
  let next = 0;
  return () => {
    const caller = next++ % CALLERS;
    return `cf-connecting-ip: 10.1.${caller >> 8}.${caller & 255}\r\n`;
  };
}

function viewers(): () => string {
  const jwts = Array.from({ length: CALLERS }, (_, n) => viewerJwt(`viewer-${n}`));
  let next = 0;
  return () => `authorization: Bearer ${jwts[next++ % CALLERS]}\r\n`;
}

function segmentCases(bytes: number, objectKey: string): EdgeCase[] {
  const ours = { nextPath: () => `/video/enc/segments/${objectKey}` };
  const bare = { worker: "object" as const, nextPath: () => `/${objectKey}` };
  const size = `segment of ${(bytes / 1e6).toFixed(1)} MB`;
  let host = 0;
  // Each name of the Worker has another cache.
  const cold = { ...ours, nextHeaders: () => `host: h${host++}.example\r\n` };
  return [
    {
      name: `${size}, in the cache`,
      target: null,
      ours: { ...ours, nextHeaders: () => "host: video.example\r\n" },
      bare,
    },
    { name: `${size}, not in the cache`, target: null, ours: cold, bare },
  ];
}
