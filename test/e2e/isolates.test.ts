import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf, createClient } from "../../client/index.ts";
import { type PublishedPost, publishPost } from "../fixtures/isolates/published-post.ts";
import { type Isolate, type Isolates, startIsolates } from "../fixtures/isolates/three-isolates.ts";
import { seededRandom } from "../fixtures/seeded-random.ts";
import { chosenDatabase } from "./postgres-database.ts";
import { TEST_SECRETS } from "./test-secrets.ts";

/* Three isolates of one build in one workerd: what a crowd costs the database, and what happens while it is away. */

const VIEWERS = process.env.LONG_TESTS === "1" ? 1000 : 150;
const AT_ONCE = 24;
const QUALITIES = ["480p", "360p"];
const SITE_SECRET = "0123456789abcdef0123456789abcdef";
const ISSUER = "https://site.example";

const CROWD = {
  VIEWER_ISSUERS: JSON.stringify([{ id: "s1", issuer: ISSUER, audience: "ladderlock", algorithm: "HS256" }]),
  VIEWER_SECRETS: `s1:${Buffer.from(SITE_SECRET).toString("base64")}`,
};
/** As many statements as without other isolates at the location. */
const ALONE = { ...CROWD, GATE_LOCATION_COPIES: "off" };
const AWAY = { GATE_FRESH_SECONDS: "1", GATE_STALE_SECONDS: "8" };
const GROUPS = { anonymous: ALONE, "viewer-jwt": ALONE, "api-key": ALONE, location: CROWD, away: AWAY, hanging: AWAY };

let running: Isolates<keyof typeof GROUPS>;
let film: PublishedPost;

beforeAll(async () => {
  running = await startIsolates(GROUPS, chosenDatabase());
  film = await publishPost({ origin: running.publisher.origin, bucket: running.bucket }, []);
});
afterAll(() => running?.[Symbol.asyncDispose]());

type Any = () => Isolate;
type Ask = (isolate: Isolate) => Promise<string>;
const part = () => ({ videoPostId: film.videoPostId, fileIndex: 0 });

async function textOf(isolate: Isolate, path: string, init?: RequestInit): Promise<string> {
  const response = await fetch(new URL(path, isolate.origin), init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return text;
}

const issued =
  (path: string, headers: Record<string, string>, more = {}): Ask =>
  async (isolate) => {
    const body = JSON.stringify({ ...part(), ...more });
    return (JSON.parse(await textOf(isolate, path, { method: "POST", headers, body })) as { token: string }).token;
  };

/** From token to last key, each request at another isolate. */
async function watch(issue: Ask, anyIsolate: Any): Promise<void> {
  const token = await issue(anyIsolate());
  const resource = `/video/enc/videoResource/${film.videoPostId}/0`;
  const master = await textOf(anyIsolate(), `${resource}/master.m3u8?token=${token}`);
  const session = /token=([\w.-]+)/.exec(master)![1];
  for (const quality of QUALITIES) {
    const { keyId } = film.keys.keys.find((key) => key.quality === quality)!;
    const path = `/video/enc/key?keyId=${keyId}&quality=${quality}&token=${session}`;
    const response = await fetch(new URL(path, anyIsolate().origin));
    expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, 16]);
  }
}

async function crowd(viewers: number, issue: () => Ask, anyIsolate: Any): Promise<void> {
  let left = viewers;
  const next = async () => {
    while (left-- > 0) await watch(issue(), anyIsolate);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

function viewerJwt(subject: string): string {
  const claims = { iss: ISSUER, aud: "ladderlock", sub: subject, exp: Math.floor(Date.now() / 1000) + 3600 };
  const encoded = [{ alg: "HS256", kid: "s1" }, claims].map((json) =>
    Buffer.from(JSON.stringify(json)).toString("base64url"),
  );
  const signature = createHmac("sha256", SITE_SECRET).update(encoded.join(".")).digest("base64url");
  return [...encoded, signature].join(".");
}

describe("a crowd without limits, whose first client leaves while the database is read", () => {
  it.each(["anonymous", "viewer-jwt", "api-key"] as const)(
    "costs each isolate at most 4 statements from cold, from token to last key: %s",
    async (by) => {
      const isolates = running.groups[by];
      const random = seededRandom(1);
      const issue = await issuerOf(by);
      for (const isolate of isolates) await Promise.all([isolate.holdClock(), isolate.database("held")]);
      const first = { method: "POST", body: JSON.stringify(part()) };
      const left = await Promise.all(isolates.map((isolate) => running.leave(isolate, "/video/enc/token", first)));
      expect(left).toEqual(["left", "left", "left"]);
      const watched = crowd(VIEWERS, issue, () => isolates[Math.floor(random() * isolates.length)]!);
      for (const isolate of isolates) await isolate.database("well");
      await watched;
      for (const isolate of isolates) {
        const { statements, objectCalls } = await isolate.counts();
        expect(statements).toBeGreaterThan(0);
        expect(statements).toBeLessThanOrEqual(4);
        expect(objectCalls).toBe(0);
      }
    },
  );
});

describe("isolates of one location", () => {
  it("share what they read, so that the database sees one of them", async () => {
    const [first, ...others] = running.groups.location;
    const random = seededRandom(2);
    const issue = await issuerOf("anonymous");
    await watch(issue(), () => first);
    await crowd(20, issue, () => others[Math.floor(random() * others.length)]!);
    const statements = await Promise.all(others.map(async (isolate) => (await isolate.counts()).statements));
    // The part comes from the copy; that of the feed lives for a second, and may be over.
    for (const count of statements) expect(count).toBeLessThanOrEqual(2);
    expect(Math.min(...statements)).toBeLessThan((await first.counts()).statements);
  });
});

async function issuerOf(by: "anonymous" | "viewer-jwt" | "api-key"): Promise<() => Ask> {
  if (by === "anonymous") return () => issued("/video/enc/token", {});
  if (by === "viewer-jwt") {
    let viewer = 0;
    return () => issued("/video/enc/token", { authorization: `Bearer ${viewerJwt(`viewer-${viewer++}`)}` });
  }
  const client = createClient({ baseUrl: running.publisher.origin.origin, token: TEST_SECRETS.ADMIN_API_KEY });
  const key = bodyOf(await client.createApiKey({ body: { name: "Site", scopes: ["tokens:issue"] } }));
  let viewer = 0;
  return () =>
    issued("/admin/video/enc/token", { authorization: `Bearer ${key.key}` }, { viewer: `site:viewer-${viewer++}` });
}

describe("while the database is away", () => {
  it.each(["away", "hanging"] as const)(
    "(%s) viewers start and play, then get 503, and recover by themselves",
    async (is) => {
      const isolates = running.groups[is];
      const [a, b, cold] = isolates;
      const issue = (at: Isolate) =>
        fetch(new URL("/video/enc/token", at.origin), { method: "POST", body: JSON.stringify(part()) });
      // At once: each may wait for a reading before it uses what it has.
      const statuses = () => Promise.all([a, b].map(async (isolate) => (await issue(isolate)).status));
      expect(await statuses()).toEqual([200, 200]);
      for (const isolate of isolates) await isolate.database(is);
      const awaySince = Date.now();
      expect(await statuses()).toEqual([200, 200]);
      const first = await issue(cold);
      // A hanging database never answers by itself.
      expect([first.status, Number(first.headers.get("retry-after")) > 0]).toEqual([503, true]);
      // Beyond GATE_FRESH_SECONDS, within GATE_STALE_SECONDS.
      await expect.poll(() => Date.now() - awaySince > 1500, { interval: 100 }).toBe(true);
      expect(await statuses()).toEqual([200, 200]);
      await expect.poll(async () => (await issue(a)).status, { interval: 300 }).toBe(503);
      for (const isolate of isolates) await isolate.database("well");
      for (const isolate of isolates) {
        await expect.poll(async () => (await issue(isolate)).status, { interval: 300 }).toBe(200);
      }
    },
  );
});
