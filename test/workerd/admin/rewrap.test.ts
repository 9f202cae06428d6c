import { beforeAll, describe, expect, it } from "vitest";
import { rewrapCursor } from "../../../edge/api/cursor.ts";
import type { KeysAtRestView, RewrapView } from "../../../shared/application/protocols/rewrap-protocol.ts";
import { base64UrlEncode } from "../../../shared/lib/base64.ts";
import {
  claim,
  createPost,
  encryptPost,
  type PublishedPost,
  publishPost,
  report,
  transcodeReport,
} from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { administer, anonymousToken, askKey, siteToken, startSession } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const REWRAP = "/admin/video/enc/rewrap";
const OLD = testEnv.KEY_ENCRYPTION_KEYS as string;
const OLD_ID = OLD.split(":")[0]!;
const NEW = `k-new:${btoa("n".repeat(32))}`;

/* The steps of docs/operating.md: the new key-encryption key is known, then first, then alone. */
const before = startWorker({ KEY_ENCRYPTION_KEYS: OLD });
const known = startWorker({ KEY_ENCRYPTION_KEYS: `${OLD},${NEW}` });
const first = startWorker({ KEY_ENCRYPTION_KEYS: `${NEW},${OLD}` });
const alone = startWorker({ KEY_ENCRYPTION_KEYS: NEW });

const QUALITIES = 4;
let posts: PublishedPost[];

beforeAll(async () => {
  posts = [await publishPost(before), await publishPost(before)];
});

async function count(worker: TestWorker): Promise<KeysAtRestView> {
  const { status, body } = await administer(worker, "GET", REWRAP, undefined);
  expect(status).toBe(200);
  return body as KeysAtRestView;
}

async function page(worker: TestWorker, request: Record<string, unknown> = {}): Promise<RewrapView> {
  const { status, body } = await administer(worker, "POST", REWRAP, request);
  expect(status).toBe(200);
  return body as RewrapView;
}

async function all(worker: TestWorker, limit: number): Promise<RewrapView[]> {
  const pages: RewrapView[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const done = await page(worker, { limit, ...(cursor === undefined ? {} : { cursor }) });
    pages.push(done);
    cursor = done.nextCursor;
  }
  return pages;
}

describe("re-wrapping", () => {
  it("has nothing to do while there is one key-encryption key, or the new one is not the first", async () => {
    const keys = [
      { kekId: OLD_ID, contentKeys: 2 * QUALITIES, singleKeys: 0, sourceUrls: 0, webhookSecrets: 0, use: "current" },
    ];
    for (const worker of [before, known]) {
      expect(await count(worker)).toEqual({ current: OLD_ID, keys });
      const last = (await all(worker, 200)).at(-1);
      expect(last).toMatchObject({ rewrapped: 0, left: 0, unknown: [], damaged: [], nextCursor: null });
    }
  });

  it("interrupts no viewer, and the old key-encryption key can be removed when nothing is left", async () => {
    const [post, other] = posts as [PublishedPost, PublishedPost];
    const session = await startSession(before, post, await siteToken(before, post));
    expect(await askKey(first, post, session, "1080p")).toBe("key");
    const begun = await page(first, { limit: 3 });
    expect(begun).toMatchObject({ current: "k-new", rewrapped: 3, left: 2 * QUALITIES - 3 });
    expect((await count(first)).keys).toEqual([
      { kekId: "k-new", contentKeys: 3, singleKeys: 0, sourceUrls: 0, webhookSecrets: 0, use: "current" },
      { kekId: OLD_ID, contentKeys: 2 * QUALITIES - 3, singleKeys: 0, sourceUrls: 0, webhookSecrets: 0, use: "former" },
    ]);
    // Half of the keys are under the new one: an isolate with the settings of the step before still reads all.
    for (const worker of [known, first]) {
      for (const quality of ["1080p", "360p"]) expect(await askKey(worker, post, session, quality)).toBe("key");
    }
    const pages = await all(first, 3);
    expect(pages.reduce((sum, { rewrapped }) => sum + rewrapped, 0)).toBe(2 * QUALITIES - 3);
    expect(pages.at(-1)).toMatchObject({ left: 0, unknown: [], damaged: [] });
    for (const each of [post, other]) {
      const token = await siteToken(alone, each);
      for (const { quality } of each.keys.keys) expect(await askKey(alone, each, token, quality)).toBe("key");
    }
    expect(await askKey(alone, post, session, "1080p")).toBe("key");
  });

  it("reports keys that cannot be read any more, and is not stopped by them", async () => {
    const lost = startWorker({ KEY_ENCRYPTION_KEYS: `k-lost:${btoa("l".repeat(32))}` });
    const videoPostId = await createPost(lost);
    await report(lost, await claim(lost, videoPostId), "transcode-result", transcodeReport(["360p"]));
    const keys = await encryptPost(lost, videoPostId);
    const part = { videoPostId, fileIndex: 0 };
    const pages = await all(first, 200);
    expect(pages.at(-1)).toMatchObject({
      left: 0,
      unknown: [{ kekId: "k-lost", contentKeys: 1, singleKeys: 0, sourceUrls: 0, webhookSecrets: 0 }],
    });
    expect((await count(first)).keys).toContainEqual({
      kekId: "k-lost",
      contentKeys: 1,
      singleKeys: 0,
      sourceUrls: 0,
      webhookSecrets: 0,
      use: "unknown",
    });
    const token = await anonymousToken(first, part);
    expect(await askKey(first, { keys }, token, "360p")).toBe("unavailable");
    expect(await askKey(lost, { keys }, token, "360p")).toBe("key");
  });

  it("is refused for what makes no sense", async () => {
    for (const body of [{ limit: 0 }, { limit: 1001 }, { limit: "many" }, { cursor: "x" }, { colour: "red" }]) {
      expect((await administer(first, "POST", REWRAP, body)).status, JSON.stringify(body)).toBe(422);
    }
    const misfits = [
      { kekId: OLD_ID, kind: "content", after: { videoPostId: "a", fileIndex: 0 } },
      { kekId: OLD_ID, kind: "single-key", after: { keyId: "a" } },
      { kekId: OLD_ID, kind: "nothing", after: null },
    ].map((position) => base64UrlEncode(new TextEncoder().encode(JSON.stringify(position))));
    for (const cursor of [...misfits, `${OLD_ID}:content`, ":::::"]) {
      expect((await administer(first, "POST", REWRAP, { cursor })).status, cursor).toBe(422);
    }
    const cursor = rewrapCursor.write({ kekId: OLD_ID, kind: "content", after: null });
    const gone = await administer(alone, "POST", REWRAP, { cursor });
    expect([gone.status, gone.body.code]).toEqual([409, "wrong-state"]);
  });
});
