import { beforeAll, describe, expect, it } from "vitest";
import { NETWORK_LOST, onStatements, throws, waitsFor } from "../support/faults.ts";
import { type Isolate, startIsolate } from "../support/isolates.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { administer, anonymousToken, askKey, siteToken, startSession, tokenId } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

/* Isolates that were idle, whose readings fail, or whose clock is not that of the others. */

let post: PublishedPost;
beforeAll(async () => {
  post = await publishPost(startWorker());
});

describe("an isolate that was idle since a reading failed", () => {
  it("opens no key to a token that was revoked meanwhile", async () => {
    const [editor, idle] = [startIsolate(), startIsolate()];
    const token = await siteToken(editor, post);
    const session = await startSession(editor, post, token);
    expect(await askKey(idle, post, session)).toBe("key");
    await idle.settled();
    idle.pass(3600);
    idle.fail(throws(NETWORK_LOST));
    expect(await askKey(idle, post, session)).toBe("key");
    await idle.settled();
    idle.fail(null);
    await administer(editor, "POST", "/admin/video/enc/revoke", { tokenId: tokenId(token) });
    idle.pass(40_000);
    expect(await askKey(idle, post, session)).toBe("token-revoked");
  });

  it("opens no key of a post that was deleted meanwhile", async () => {
    const deleted = await publishPost(startWorker());
    const [editor, idle] = [startIsolate(), startIsolate()];
    const session = await startSession(editor, deleted, await siteToken(editor, deleted));
    expect(await askKey(idle, deleted, session)).toBe("key");
    await idle.settled();
    idle.pass(43_000);
    idle.fail(onStatements(/LEFT JOIN video_file_post/, throws(NETWORK_LOST)));
    expect(await askKey(idle, deleted, session)).toBe("key");
    await idle.settled();
    idle.fail(null);
    expect((await editor.admin("DELETE", `/api/v2/video-posts/${deleted.videoPostId}`)).status).toBe(200);
    idle.pass(6000);
    expect(await askKey(idle, deleted, session)).toBe("key-superseded");
  });
});

describe("an isolate whose clock is set back", () => {
  it("follows revocations as before", async () => {
    const [editor, setBack] = [startIsolate(), startIsolate({}, 300_000)];
    const token = await siteToken(editor, post);
    expect(await askKey(setBack, post, token)).toBe("key");
    setBack.pass(-300_000);
    await administer(editor, "POST", "/admin/video/enc/revoke", { tokenId: tokenId(token) });
    setBack.pass(60_000);
    expect(await askKey(setBack, post, token)).toBe("token-revoked");
    const other = await siteToken(setBack, post);
    expect(await askKey(setBack, post, other)).toBe("key");
    setBack.pass(3600);
    const before = setBack.trips();
    for (let n = 0; n < 5; n++) expect(await askKey(setBack, post, other)).toBe("key");
    await setBack.settled();
    expect(setBack.trips() - before).toBeLessThanOrEqual(2);
  });
});

describe("a limit of one session, with clocks that differ", () => {
  it("is not exceeded when the place was given away by the clock that is ahead", async () => {
    const settings = { SESSION_SHORTEST_SECONDS: "60" };
    const [behind, ahead] = [startIsolate(settings), startIsolate(settings, 5000)];
    const more = { viewer: `site:${crypto.randomUUID()}`, sessionLimit: 1, sessionOverflow: "refuse" };
    const first = await startSession(behind, post, await siteToken(behind, post, more));
    expect(await askKey(behind, post, first)).toBe("key");
    for (const isolate of [behind, ahead]) isolate.pass(57_000);
    const second = await startSession(behind, post, await siteToken(behind, post, more));
    expect(await askKey(behind, post, second)).toBe("session-limit");
    expect(await askKey(ahead, post, second)).toBe("key");
    expect([await askKey(behind, post, first), await askKey(behind, post, second)]).toEqual(["session-limit", "key"]);
  });
});

describe("a flood of made-up posts at token issue", () => {
  const MOST_IN_A_SECOND = 200;

  const flood = (isolate: Isolate) =>
    Promise.all(
      Array.from({ length: 500 }, async (_, n) => {
        const body = JSON.stringify({ videoPostId: crypto.randomUUID(), fileIndex: 0 });
        const headers = { "cf-connecting-ip": `10.0.${n >> 8}.${n & 255}` };
        return (await isolate.fetch("/video/enc/token", { method: "POST", headers, body })).status;
      }),
    );

  it("sends no more statements to a database that fails", async () => {
    const isolate = startIsolate();
    await anonymousToken(isolate, post);
    isolate.fail(throws(NETWORK_LOST));
    const before = isolate.trips();
    expect(new Set(await flood(isolate))).toEqual(new Set([503]));
    expect(isolate.trips() - before).toBeLessThanOrEqual(MOST_IN_A_SECOND + 10);
  });

  it("sends no more statements to a database that is slow", async () => {
    const isolate = startIsolate();
    await anonymousToken(isolate, post);
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    isolate.fail(waitsFor(answered));
    const before = isolate.trips();
    const statuses = flood(isolate);
    await expect.poll(() => isolate.trips() - before).toBeGreaterThan(MOST_IN_A_SECOND / 2);
    answer();
    await statuses;
    expect(isolate.trips() - before).toBeLessThanOrEqual(MOST_IN_A_SECOND + 10);
  });
});
