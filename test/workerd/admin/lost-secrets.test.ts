import { beforeAll, describe, expect, it } from "vitest";
import { scanJobs } from "../../../shared/application/commands/scan-jobs.ts";
import { TEST_SECRETS } from "../../e2e/test-secrets.ts";
import { emptyQueue } from "../support/one-job.ts";
import {
  call,
  claim,
  createPost,
  encryptPost,
  type PublishedPost,
  publishPost,
  report,
  transcodeReport,
} from "../support/published-post.ts";
import type { TestSettings } from "../support/test-env.ts";
import { sign } from "../support/viewer-issuer.ts";
import { anonymousToken, askKey, type Held, siteToken, startSession } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/*
 * The steps of docs/security.md for operators when a secret is lost, and that it ends what the secret opened: `before`
 * is the Worker with the settings of then, `deployed` the one with other settings, on the same
 * database.
 */

const secret = (id: string, byte: number) => `${id}:${btoa(String.fromCharCode(byte).repeat(32))}`;

const before = startWorker();
const deployed = (settings: TestSettings): TestWorker => startWorker(settings);
let post: PublishedPost;
let session: Held;
let publicSession: Held;

beforeAll(async () => {
  post = await publishPost(before);
  session = await startSession(before, post, await siteToken(before, post));
  publicSession = await startSession(before, post, await anonymousToken(before, post));
  expect(await askKey(before, post, session)).toBe("key");
});

const playlist = async (worker: TestWorker, { token }: Held) =>
  (await worker.fetch(`/video/enc/videoResource/${post.videoPostId}/0/480p/index.m3u8?token=${token}`)).status;

describe("a signing key", () => {
  const changed = secret("t2", 7);

  it("ends every session it has signed, for keys and playlists, from the first request after its removal", async () => {
    const worker = deployed({ TOKEN_SIGNING_KEYS: changed });
    for (const held of [session, publicSession]) {
      expect(await askKey(worker, post, held)).toBe("token-invalid");
      expect(await playlist(worker, held)).toBe(401);
    }
    expect(await askKey(worker, post, await startSession(worker, post, await siteToken(worker, post)))).toBe("key");
  });

  it("interrupts no session while it stays behind the new one, and so must not stay when it was lost", async () => {
    const worker = deployed({ TOKEN_SIGNING_KEYS: `${changed},${TEST_SECRETS.TOKEN_SIGNING_KEYS}` });
    for (const held of [session, publicSession]) expect(await askKey(worker, post, held)).toBe("key");
  });
});

describe("a job that runs while the signing key is changed", () => {
  it("loses its credential, and is done again by its next holder", async () => {
    await emptyQueue();
    const videoPostId = await createPost(before);
    const held = await claim(before, videoPostId);
    const worker = deployed({ TOKEN_SIGNING_KEYS: secret("t2", 7) });
    expect((await call(worker, held, "heartbeat", { stage: "DOWNLOADING", percent: 1 })).status).toBe(401);
    worker.advance(held.leaseMs + 1000);
    await scanJobs(worker.context, worker.context.now());
    const again = await claim(worker, videoPostId);
    expect([again.jobId, again.claimNo]).toEqual([held.jobId, held.claimNo + 1]);
    await report(worker, again, "transcode-result", transcodeReport(["480p", "360p"]));
    const keys = await encryptPost(worker, videoPostId);
    const viewer = await startSession(
      worker,
      { videoPostId, fileIndex: 0 },
      await siteToken(worker, { videoPostId, fileIndex: 0 }),
    );
    expect(await askKey(worker, { keys }, viewer)).toBe("key");
  });
});

describe("a key-encryption key", () => {
  it("causes 503 and never wrong bytes when removed too early, and serves keys again when restored", async () => {
    const changed = secret("k2", 8);
    expect(await askKey(deployed({ KEY_ENCRYPTION_KEYS: changed }), post, session)).toBe("unavailable");
    const both = `${changed},${TEST_SECRETS.KEY_ENCRYPTION_KEYS}`;
    expect(await askKey(deployed({ KEY_ENCRYPTION_KEYS: both }), post, session)).toBe("key");
  });
});

describe("a credential that is changed", () => {
  const posts = (worker: TestWorker, key: string) =>
    worker.fetch("/api/v2/video-posts", { headers: { authorization: `Bearer ${key}` } });

  it("opens nothing from the first request on: ADMIN_API_KEY", async () => {
    const worker = deployed({ ADMIN_API_KEY: "another-admin-api-key-0123456789abcdef" });
    expect((await posts(before, TEST_SECRETS.ADMIN_API_KEY)).status).toBe(200);
    expect((await posts(worker, TEST_SECRETS.ADMIN_API_KEY)).status).toBe(401);
  });

  it("authenticates no caller any more: GATEWAY_SECRET", async () => {
    const headers = { "x-gateway-secret": "a".repeat(32), "x-auth-sub": "u", "x-auth-scope": "admin" };
    const asked = (worker: TestWorker) => worker.fetch("/api/v2/video-posts", { headers });
    expect((await asked(deployed({ GATEWAY_SECRET: "a".repeat(32) }))).status).toBe(200);
    expect((await asked(deployed({ GATEWAY_SECRET: "b".repeat(32) }))).status).toBe(401);
  });

  it("claims nothing: PROCESSOR_TOKEN, while a claimed job continues by its own credential until it is cancelled", async () => {
    const videoPostId = await createPost(before);
    const order = await claim(before, videoPostId);
    const worker = deployed({ PROCESSOR_TOKEN: "another-processor-token-0123456789abcdef" });
    const headers = { authorization: `Bearer ${TEST_SECRETS.PROCESSOR_TOKEN}` };
    const body = JSON.stringify({ leaseToken: "A".repeat(22), owner: "thief" });
    expect((await worker.fetch("/internal/jobs/claim", { method: "POST", headers, body })).status).toBe(401);
    const beat = () => call(worker, order, "heartbeat", { stage: "DOWNLOADING", percent: 1 });
    expect((await beat()).status).toBe(200);
    await worker.admin("POST", `/api/v2/jobs/${order.jobId}/cancel`);
    expect(await (await beat()).json()).toMatchObject({ cancel: true });
    expect((await call(worker, order, "cancelled")).status).toBe(204);
    expect((await beat()).status).toBe(409);
  });

  it("authenticates no viewer: an entry of VIEWER_SECRETS, while its successor does", async () => {
    const issuer = { id: "shop", issuer: "shop", audience: "video", algorithm: "HS256", secretIds: ["now"] };
    const settings = (byte: number) => ({
      VIEWER_ISSUERS: JSON.stringify([issuer]),
      VIEWER_SECRETS: secret("now", byte),
    });
    const enter = async (worker: TestWorker, byte: number) => {
      const exp = Math.floor(Date.now() / 1000) + 60;
      const claims = { iss: "shop", aud: "video", sub: "u", exp, entitlements: ["1080p"] };
      const jwt = await sign(claims, { alg: "HS256", key: new Uint8Array(32).fill(byte) });
      const headers = { authorization: `Bearer ${jwt}` };
      const body = JSON.stringify({ videoPostId: post.videoPostId, fileIndex: 0 });
      return (await worker.fetch("/video/enc/token", { method: "POST", headers, body })).status;
    };
    expect(await enter(deployed(settings(5)), 5)).toBe(200);
    expect(await enter(deployed(settings(6)), 5)).toBe(401);
    expect(await enter(deployed(settings(6)), 6)).toBe(200);
  });
});

describe("a copied session token", () => {
  it("plays beside the original, and ends with it when its token is revoked", async () => {
    const mine = await startSession(before, post, await siteToken(before, post, { maxUses: 1 }));
    expect(await askKey(before, post, mine)).toBe("key");
    const copy = { token: mine.token };
    expect(await askKey(before, post, copy, "1080p")).toBe("key");
    await before.admin("POST", "/admin/video/enc/revoke", { token: copy.token });
    for (const held of [mine, copy]) expect(await askKey(before, post, held)).toBe("token-revoked");
  });
});
