import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bearer, createKey } from "../support/admin-callers.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { IssueCounters } from "../support/issue-counters.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { RETRY_AFTER } from "../support/retry-after.ts";
import { testEnv } from "../support/test-env.ts";
import { anonymousToken, askKey, type Held, siteToken, startSession, tokenId } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/* How many database round trips requests without credentials can cause. */

let post: PublishedPost;
let worker: TestWorker;
/** Passes when a test says so: what is counted by second and by minute must not depend on the machine. */
let at: number;
let counters: IssueCounters;
let counting: ReturnType<typeof faultyDatabase>;

beforeAll(async () => {
  post = await publishPost(startWorker());
});

/** A new isolate without caches. */
beforeEach(() => {
  counters = new IssueCounters();
  counting = faultyDatabase();
  at = Date.now();
  worker = startWorker({ ...counting.bindings, TOKEN_ISSUE_LIMIT: counters }, { now: () => at });
});

/** Round trips to D1 while `work` is done. */
async function tripsOf(work: () => Promise<unknown>): Promise<number> {
  counting.reset();
  await work();
  await worker.settled();
  return counting.trips();
}

const from = (address: string) => ({ "cf-connecting-ip": address });

describe("the end and the refresh of a session", () => {
  const send = (method: string, path: string, { token }: Held) =>
    worker.fetch(path, { method, body: JSON.stringify({ token }) });
  /** The requests of a token that an isolate does not report. */
  const sendOften = async (held: Held) => {
    for (let n = 0; n < 5; n++) await send("POST", "/video/enc/session", held);
  };
  const DOORS = [
    ["POST", "/video/enc/session"],
    ["DELETE", "/video/enc/session"],
    ["POST", "/video/enc/session/end"],
  ] as const;

  it("are counted by the token that was issued, however many sessions were made of it", async () => {
    for (const issued of [await siteToken(worker, post), await anonymousToken(worker, post)]) {
      counters.asked.length = 0;
      await sendOften(await startSession(worker, post, issued));
      for (const [method, path] of DOORS) await send(method, path, await startSession(worker, post, issued));
      expect(counters.asked).toEqual(DOORS.map(() => `token:${tokenId(issued)}`));
    }
  });

  it.each(DOORS)("query nothing beyond the limit: %s %s", async (method, path) => {
    const session = await startSession(worker, post, await siteToken(worker, post));
    await sendOften(session);
    counters.everything = true;
    const statuses: number[] = [];
    const trips = await tripsOf(async () => statuses.push((await send(method, path, session)).status));
    expect([statuses, trips]).toEqual([[429], 0]);
    counters.everything = false;
    expect(await askKey(worker, post, session)).toBe("key");
  });
});

describe("the watch page", () => {
  const open = (videoPostId: string, headers = {}) => worker.fetch(`/watch/${videoPostId}/0`, { headers });
  const statusOf = async (videoPostId: string, by = worker) => {
    const response = await by.fetch(`/watch/${videoPostId}/0`);
    await response.text();
    return response.status;
  };

  it("is read once for all requests within five seconds", async () => {
    const trips: number[] = [];
    for (let n = 0; n < 50; n++) trips.push(await tripsOf(() => open(post.videoPostId)));
    expect(trips).toEqual([1, ...Array(49).fill(0)]);
    at += 5000;
    expect(await tripsOf(() => open(post.videoPostId))).toBe(1);
  });

  it("counts no request for a page that exists", async () => {
    for (let n = 0; n < 5; n++) await open(post.videoPostId, from("203.0.113.7"));
    expect(counters.asked).toEqual(["page:203.0.113.7"]);
  });

  it("queries nothing for an impossible id", async () => {
    for (const name of ["nothing", "x".repeat(500), post.videoPostId.toUpperCase()]) {
      expect(await tripsOf(async () => expect(await statusOf(name)).toBe(404))).toBe(0);
    }
    expect(counters.asked).toEqual([]);
  });

  it("is limited by address for posts that are made up, and open to others", async () => {
    const madeUp = () => crypto.randomUUID();
    counters.exhausted.add("page:203.0.113.7");
    expect(await tripsOf(async () => expect((await open(madeUp(), from("203.0.113.7"))).status).toBe(429))).toBe(0);
    const refused = await open(madeUp(), from("203.0.113.7"));
    expect([refused.headers.get("retry-after"), refused.headers.get("content-type")]).toEqual([
      RETRY_AFTER,
      "text/html; charset=UTF-8",
    ]);
    expect((await open(post.videoPostId, from("198.51.100.1"))).status).toBe(200);
    // What is there already costs nothing, and is given to everybody.
    expect((await open(post.videoPostId, from("203.0.113.7"))).status).toBe(200);
  });

  it("shows a deletion at once where it was saved, and within five seconds elsewhere", async () => {
    const doomed = await publishPost(worker, { title: "Doomed" });
    const elsewhere = startWorker();
    expect([await statusOf(doomed.videoPostId), await statusOf(doomed.videoPostId, elsewhere)]).toEqual([200, 200]);
    await worker.admin("DELETE", `/api/v2/video-posts/${doomed.videoPostId}`);
    expect([await statusOf(doomed.videoPostId), await statusOf(doomed.videoPostId, elsewhere)]).toEqual([410, 200]);
    elsewhere.advance(5000);
    expect(await statusOf(doomed.videoPostId, elsewhere)).toBe(410);
  });
});

describe("an API key that is made up", () => {
  const hex = () => crypto.randomUUID().replaceAll("-", "").slice(0, 16);
  const madeUp = (keyId = hex()) => `llk_${keyId}_${"A".repeat(43)}`;
  const ask = async (key: string, headers = {}) => {
    const response = await worker.fetch("/api/v2/jobs", { headers: { ...headers, ...bearer(key) } });
    await response.text();
    return response;
  };

  it("is looked up once a second", async () => {
    const key = madeUp();
    const trips: number[] = [];
    for (let n = 0; n < 20; n++) trips.push(await tripsOf(async () => expect((await ask(key)).status).toBe(401)));
    expect(trips).toEqual([1, ...Array(19).fill(0)]);
    at += 1000;
    expect(await tripsOf(() => ask(key))).toBe(1);
  });

  it("is counted by address, and not looked up beyond the limit", async () => {
    counters.exhausted.add("api-key:203.0.113.7");
    const trips = await tripsOf(async () => {
      const response = await ask(madeUp(), from("203.0.113.7"));
      expect([response.status, response.headers.get("retry-after")]).toEqual([429, RETRY_AFTER]);
    });
    expect(trips).toBe(0);
    expect((await ask(madeUp(), from("198.51.100.1"))).status).toBe(401);
  });

  it("does not limit a key that was valid before, from any address", async () => {
    const { key } = await createKey(worker, ["posts:read"]);
    expect((await ask(key, from("203.0.113.7"))).status).toBe(200);
    counters.everything = true;
    expect((await ask(key, from("203.0.113.7"))).status).toBe(200);
    expect((await ask(testEnv.ADMIN_API_KEY as string)).status).toBe(200);
  });

  it("is limited even with the id of a valid key, and does not block that key", async () => {
    const { key, keyId } = await createKey(worker, ["posts:read"]);
    expect((await ask(madeUp(keyId))).status).toBe(401);
    expect((await ask(key)).status).toBe(200);
    counters.everything = true;
    expect((await ask(`llk_${keyId}_${"B".repeat(43)}`)).status).toBe(429);
  });

  it("is limited once it was revoked", async () => {
    const { key, keyId } = await createKey(worker, ["posts:read"]);
    expect((await ask(key)).status).toBe(200);
    await worker.admin("DELETE", `/admin/api-keys/${keyId}`);
    expect((await ask(key)).status).toBe(401);
    counters.everything = true;
    expect((await ask(key)).status).toBe(429);
  });
});
