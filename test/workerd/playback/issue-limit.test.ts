import { beforeAll, describe, expect, it } from "vitest";
import { bearer, type Credentials } from "../support/admin-callers.ts";
import { IssueCounters } from "../support/issue-counters.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { RETRY_AFTER } from "../support/retry-after.ts";
import { newKey, published, type SigningKey, serve, sign } from "../support/viewer-issuer.ts";
import { anonymousToken, askKey, siteToken, startSession } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const ISSUER = {
  id: "site",
  issuer: "https://site.example",
  audience: "video",
  algorithm: "RS256",
  jwksUrl: "https://site.example/jwks",
};

let key: SigningKey;
let post: PublishedPost;

beforeAll(async () => {
  key = await newKey("RS256");
  post = await publishPost(startWorker());
});

/** Its time passes when a test says so: requests are counted by minute. */
function start(): { worker: TestWorker; counters: IssueCounters; pass(ms: number): void } {
  let at = Date.now();
  const counters = new IssueCounters();
  const settings = { TOKEN_ISSUE_LIMIT: counters, VIEWER_ISSUERS: JSON.stringify([ISSUER]) };
  const worker = startWorker(settings, { fetch: () => serve(published(key)), now: () => at });
  const pass = (ms: number) => {
    at += ms;
  };
  return { worker, counters, pass };
}

async function ask(worker: TestWorker, headers: Credentials = {}, body?: string) {
  const { videoPostId, fileIndex } = post;
  const asked = body ?? JSON.stringify({ videoPostId, fileIndex });
  const response = await worker.fetch("/video/enc/token", { method: "POST", headers, body: asked });
  await response.text();
  return { status: response.status, retryAfter: response.headers.get("retry-after") };
}

async function viewer(worker: TestWorker, sub: string): Promise<Credentials> {
  const exp = Math.floor(worker.context.now() / 1000) + 600;
  return bearer(await sign({ iss: ISSUER.issuer, aud: ISSUER.audience, sub, exp }, key));
}

const from = (address: string): Credentials => ({ "cf-connecting-ip": address });

/** A caller who has had the requests that an isolate does not report. */
async function askOften(worker: TestWorker, headers: Credentials = {}): Promise<void> {
  for (let n = 0; n < 5; n++) await ask(worker, headers);
}

describe("token issue", () => {
  it("asks Cloudflare's counters from the sixth request of a caller in a minute on, and then once for each", async () => {
    const { worker, counters, pass } = start();
    counters.everything = true;
    await askOften(worker, from("203.0.113.7"));
    await askOften(worker, await viewer(worker, "ada"));
    await askOften(worker, from("203.0.113.8"));
    expect(counters.asked).toEqual([]);
    expect((await ask(worker, from("203.0.113.7"))).status).toBe(429);
    expect((await ask(worker, await viewer(worker, "ada"))).status).toBe(429);
    expect((await ask(worker, from("203.0.113.9"))).status).toBe(200);
    expect(counters.asked).toEqual(["address:203.0.113.7", "viewer:site:ada"]);
    pass(60_000);
    expect((await ask(worker, from("203.0.113.7"))).status).toBe(200);
    expect(counters.asked).toHaveLength(2);
  });
});

describe("token issue beyond the first requests is counted", () => {
  it("by address, and by network for IPv6, where nobody says who they are", async () => {
    const { worker, counters } = start();
    for (const address of ["203.0.113.7", "2001:db8:1:2::1"]) await askOften(worker, from(address));
    counters.asked.length = 0;
    for (const address of ["203.0.113.7", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9"]) await ask(worker, from(address));
    await askOften(worker);
    await ask(worker);
    expect(counters.asked).toEqual([
      "address:203.0.113.7",
      "address:2001:db8:1:2::/64",
      "address:2001:db8:1:2::/64",
      "address:unknown",
    ]);
  });

  it("by viewer where a JWT says who, so that a crowd behind one address does not lock itself out", async () => {
    const { worker, counters } = start();
    counters.exhausted.add("address:203.0.113.7").add("viewer:site:greedy");
    const here = from("203.0.113.7");
    await askOften(worker, here);
    await askOften(worker, await viewer(worker, "ada"));
    await askOften(worker, await viewer(worker, "greedy"));
    expect((await ask(worker, here)).status).toBe(429);
    expect((await ask(worker, { ...here, ...(await viewer(worker, "ada")) })).status).toBe(200);
    expect((await ask(worker, { ...from("198.51.100.1"), ...(await viewer(worker, "greedy")) })).status).toBe(429);
  });

  it("by address where a JWT is no good, so that nobody can try them without end", async () => {
    const { worker, counters } = start();
    const wrong = { ...from("203.0.113.7"), ...bearer("x.y.z") };
    for (let n = 0; n < 6; n++) expect((await ask(worker, wrong)).status).toBe(401);
    expect(counters.asked).toEqual(["address:203.0.113.7"]);
    counters.exhausted.add("address:203.0.113.7");
    expect((await ask(worker, wrong)).status).toBe(429);
  });

  it("before anything is read of the request's body or of the database, with a time to wait", async () => {
    const { worker, counters } = start();
    counters.everything = true;
    await askOften(worker);
    expect(await ask(worker, {}, "not JSON")).toEqual({ status: 429, retryAfter: RETRY_AFTER });
  });

  it("by Cloudflare's own counters, each address by itself, up to the limit of wrangler.toml", async () => {
    const worker = startWorker();
    const statuses = new Map<number, number>();
    // The window may change in the middle, so that a little more than twice the limit may pass.
    for (let n = 0; n < 2100 && !statuses.has(429); n += 50) {
      const some = await Promise.all(Array.from({ length: 50 }, () => ask(worker, from("203.0.113.99"), "{}")));
      for (const { status } of some) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect([...statuses.keys()]).toEqual([422, 429]);
    expect(statuses.get(422)).toBeGreaterThanOrEqual(1000);
    expect((await ask(worker, from("203.0.113.98"))).status).toBe(200);
  });
});

describe("where every limit is exhausted", () => {
  it("never limits nor counts playlists, keys and segments", async () => {
    const { worker, counters } = start();
    const tokens = [await anonymousToken(worker, post), await siteToken(worker, post, { maxUses: 50 })];
    counters.everything = true;
    counters.asked.length = 0;
    for (const token of tokens) {
      for (let n = 0; n < 20; n++) {
        const session = await startSession(worker, post, token);
        expect(await askKey(worker, post, session)).toBe("key");
        expect(await askKey(worker, post, session)).toBe("key");
      }
    }
    const refused = await Promise.all(
      ["", "?token=x", `?token=${tokens[0]!.token}`].map((query) => worker.fetch(`/video/enc/key${query}`)),
    );
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 404]);
    const segment = await worker.fetch(`/video/enc/segments/${post.keys.encryptedPrefix}480p/seg_00001.ts`);
    expect(segment.status).toBe(200);
    await segment.arrayBuffer();
    expect(counters.asked).toEqual([]);
  });

  it("sites issue tokens to their viewers all the same", async () => {
    const { worker, counters } = start();
    counters.everything = true;
    expect((await siteToken(worker, post)).qualities).toHaveLength(4);
    expect(counters.asked).toEqual([]);
  });
});
