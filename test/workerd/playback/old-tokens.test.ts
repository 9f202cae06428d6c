import { beforeAll, describe, expect, it } from "vitest";
import { NAMED_REVOCATIONS, NETWORK_LOST, onStatements, throws } from "../support/faults.ts";
import { database } from "../support/inspection.ts";
import { type Isolate, startIsolate } from "../support/isolates.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { administer, anonymousToken, askKey, type Held, siteToken, tokenId } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

let post: PublishedPost;
beforeAll(async () => {
  post = await publishPost(startWorker());
});

describe("100 viewers whose tokens are older than a bulk of feed rows", () => {
  const addRows = (kind: string, count: number) => {
    const times = { created_at: 1, expires_at: Date.now() + 86_400_000 };
    const rows = Array.from({ length: count }, (_, n) => ({ kind, subject: `bulk${n + 1}`, ...times }));
    return database.insert("access_revocation", rows);
  };
  /** Trips of an isolate for the keys of all, which it has to serve. */
  const tripsFor = async (isolate: Isolate, tokens: readonly Held[]) => {
    const before = isolate.trips();
    const asked = await Promise.all(tokens.map((token) => askKey(isolate, post, token)));
    expect(new Set(asked)).toEqual(new Set(["key"]));
    return isolate.trips() - before;
  };
  async function watchers() {
    await database.remove("access_revocation");
    const old = startIsolate();
    const tokens = await Promise.all(Array.from({ length: 100 }, () => siteToken(old, post)));
    const revoked = await siteToken(old, post);
    await administer(old, "POST", "/admin/video/enc/revoke", { tokenId: tokenId(revoked) });
    return { old, tokens, revoked };
  }

  it("cost no statement each after changes of 3,000 posts, in a new isolate or an old one", async () => {
    const { old, tokens, revoked } = await watchers();
    await addRows("post-changed", 3000);
    for (const isolate of [startIsolate(), old]) {
      isolate.pass(5001);
      expect(await tripsFor(isolate, tokens)).toBeLessThanOrEqual(3);
      expect(await tripsFor(isolate, tokens)).toBe(0);
      expect(await askKey(isolate, post, revoked)).toBe("token-revoked");
    }
  });

  it("cost a few questions together after 3,000 revocations, and a few more past a gap", async () => {
    const { old, tokens, revoked } = await watchers();
    await addRows("token", 3000);
    for (const isolate of [startIsolate(), old]) {
      isolate.pass(5001);
      expect(await tripsFor(isolate, tokens)).toBeLessThanOrEqual(20);
      expect(await tripsFor(isolate, tokens)).toBe(0);
      expect(await askKey(isolate, post, revoked)).toBe("token-revoked");
    }
    await administer(startIsolate(), "POST", "/admin/video/enc/revoke", { tokenId: tokenId(tokens[0]!) });
    await addRows("viewer", 1000);
    old.pass(5001);
    expect(await askKey(old, post, tokens[0]!)).toBe("token-revoked");
    expect(await tripsFor(old, tokens.slice(1))).toBeLessThanOrEqual(20);
  });

  it("are all answered once the database answers again", async () => {
    const { tokens } = await watchers();
    await addRows("token", 1001);
    const isolate = startIsolate();
    await anonymousToken(isolate, post);
    isolate.fail(onStatements(NAMED_REVOCATIONS, throws(NETWORK_LOST)));
    const before = isolate.trips();
    const asked = await Promise.all(tokens.map((token) => askKey(isolate, post, token)));
    expect(new Set(asked)).toEqual(new Set(["unavailable"]));
    expect(isolate.trips() - before).toBeLessThanOrEqual(2);
    isolate.fail(null);
    isolate.pass(1000);
    expect(await tripsFor(isolate, tokens)).toBeLessThanOrEqual(20);
    await database.remove("access_revocation");
  });
});
