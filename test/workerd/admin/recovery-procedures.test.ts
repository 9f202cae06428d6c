import { beforeEach, describe, expect, it } from "vitest";
import {
  type ContentKeys,
  contentKeysSchema,
  type WorkOrder,
} from "../../../shared/application/protocols/job-protocol.ts";
import { TEST_SECRETS } from "../../e2e/test-secrets.ts";
import { claimOne, emptyQueue, keyStates, onlyPart, PROCESSOR } from "../support/one-job.ts";
import { call, claim, encryptPost, type PublishedPost, publishPost } from "../support/published-post.ts";
import { administer, anonymousToken, askKey, siteToken, startSession } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/*
 * The steps of docs/security.md for operators when a key or a credential is known to strangers, done by the API and seen
 * to end what was lost. lost-secrets.test.ts has the secrets of the Worker's settings.
 */

let worker: TestWorker;
let post: PublishedPost;

beforeEach(async () => {
  worker = startWorker();
  await emptyQueue();
  post = await publishPost(worker);
});

const rotate = async () => {
  const { status, body } = await administer(worker, "POST", "/admin/video/enc/rotate", {
    videoPostId: post.videoPostId,
  });
  expect(status).toBe(202);
  const [file] = body.files as { outcome: string; jobId: string }[];
  return file!;
};
const revoke = (keyVersion: number) =>
  administer(worker, "POST", "/admin/video/enc/revoke", { videoPostId: post.videoPostId, fileIndex: 0, keyVersion });
const cancel = (jobId: string) => worker.admin("POST", `/api/v2/jobs/${jobId}/cancel`);
const keysFor = async (order: WorkOrder): Promise<ContentKeys> => {
  const response = await call(worker, order, "keys");
  expect(response.status).toBe(200);
  return contentKeysSchema.parse(await response.json());
};
const bytesOf = ({ keys }: ContentKeys) => keys.map(({ key }) => key);
const playingVersion = async () => (await onlyPart(worker, post.videoPostId)).playing?.keyVersion;

/** None of the stolen keys is one of those that play, and the key endpoint serves none of them. */
async function expectUseless(taken: ContentKeys, playing: ContentKeys) {
  expect(bytesOf(playing).filter((key) => bytesOf(taken).includes(key))).toEqual([]);
  expect(playing.keyVersion).toBeGreaterThan(taken.keyVersion);
  const states = await keyStates(post.videoPostId);
  expect(states.filter((state) => state.startsWith(`${taken.keyVersion} `))).toEqual([`${taken.keyVersion} REVOKED`]);
  const session = await startSession(worker, post, await siteToken(worker, post));
  expect(await askKey(worker, { keys: playing }, session)).toBe("key");
  expect(await askKey(worker, { keys: taken }, session)).not.toBe("key");
}

describe("keys that a job received", () => {
  it("open nothing of the new version after the job was cancelled and the part rotated again", async () => {
    await rotate();
    const stolen = await claim(worker, post.videoPostId);
    const taken = await keysFor(stolen);
    expect((await cancel(stolen.jobId)).status).toBe(202);
    expect(await rotate()).toMatchObject({ outcome: "queued" });
    await expectUseless(taken, await encryptPost(worker, post.videoPostId));
  });

  it("open nothing of the new version after the job was cancelled although its holder continues with heartbeats", async () => {
    await rotate();
    const stolen = await claim(worker, post.videoPostId);
    const taken = await keysFor(stolen);
    await cancel(stolen.jobId);
    const beat = await call(worker, stolen, "heartbeat", { stage: "ENCRYPTING", percent: 1 });
    expect(await beat.json()).toEqual({ cancel: true });
    await rotate();
    const variants = stolen.kind === "ENCRYPT" ? stolen.variants : [];
    const late = await call(worker, stolen, "encrypt-result", { keyVersion: taken.keyVersion, variants });
    expect(late.status).toBe(409);
    await expectUseless(taken, await encryptPost(worker, post.videoPostId));
  });

  it("open nothing of the new version after the job failed for good, retried or rotated", async () => {
    await rotate();
    const stolen = await claim(worker, post.videoPostId);
    const taken = await keysFor(stolen);
    await call(worker, stolen, "fail", { reason: "It broke.", permanent: true });
    expect((await worker.admin("POST", `/api/v2/jobs/${stolen.jobId}/retry`)).status).toBe(202);
    const retried = await encryptPost(worker, post.videoPostId);
    await expectUseless(taken, retried);
    await rotate();
    const rotated = await encryptPost(worker, post.videoPostId);
    expect(bytesOf(rotated).some((key) => [...bytesOf(taken), ...bytesOf(retried)].includes(key))).toBe(false);
  });

  it("are never published once they were revoked: their job loses its holder and gets others", async () => {
    const { jobId } = await rotate();
    const held = await claim(worker, post.videoPostId);
    const taken = await keysFor(held);
    const { status, body } = await revoke(taken.keyVersion);
    expect([status, body]).toMatchObject([200, { outcome: "revoked", stopsPlayback: false }]);
    const variants = held.kind === "ENCRYPT" ? held.variants : [];
    const late = await call(worker, held, "encrypt-result", { keyVersion: taken.keyVersion, variants });
    expect([late.status, await playingVersion()]).toEqual([409, 1]);
    expect((await call(worker, held, "heartbeat", { stage: "ENCRYPTING", percent: 1 })).status).toBe(409);
    expect(await worker.context.jobs.find(jobId)).toMatchObject({ state: "QUEUED", attempt: 0, claimNo: 2 });
    await expectUseless(taken, await encryptPost(worker, post.videoPostId));
  });

  it("stay with the job over a lost lease and a release, since these are no reason to encrypt twice", async () => {
    await rotate();
    const first = await claim(worker, post.videoPostId);
    const given = await keysFor(first);
    expect((await call(worker, first, "release")).status).toBe(204);
    const second = await claim(worker, post.videoPostId);
    expect(bytesOf(await keysFor(second))).toEqual(bytesOf(given));
  });
});

describe("A content key is known", () => {
  it("ends with a rotation, and for tokens of the old version with the revocation that follows", async () => {
    const viewer = await startSession(worker, post, await siteToken(worker, post));
    await rotate();
    const rotated = await encryptPost(worker, post.videoPostId);
    expect(await askKey(worker, post, viewer)).toBe("key");
    expect((await revoke(post.keys.keyVersion)).body).toMatchObject({ outcome: "revoked", stopsPlayback: false });
    expect(await askKey(worker, post, viewer)).not.toBe("key");
    await expectUseless(post.keys, rotated);
  });

  it("stops all viewers until the rotation when the version is revoked first", async () => {
    expect((await revoke(post.keys.keyVersion)).body).toMatchObject({ outcome: "revoked", stopsPlayback: true });
    await rotate();
    const rotated = await encryptPost(worker, post.videoPostId);
    await expectUseless(post.keys, rotated);
    expect(await askKey(worker, { keys: rotated }, await anonymousToken(worker, post))).toBe("key");
  });
});

describe("PROCESSOR_TOKEN is known", () => {
  it("ends with a new one, the cancellation of what runs and a rotation", async () => {
    await rotate();
    const stolen = await claim(worker, post.videoPostId);
    const taken = await keysFor(stolen);
    worker = startWorker({ PROCESSOR_TOKEN: "another-processor-token-0123456789abcdef" });
    await expect(claimOne(worker, stolen.jobId, undefined, PROCESSOR)).rejects.toThrow(/^401/);
    const list = await worker.admin("GET", "/api/v2/jobs?state=RUNNING");
    const { jobs } = (await list.json()) as { jobs: { jobId: string }[] };
    expect(jobs.map(({ jobId }) => jobId)).toEqual([stolen.jobId]);
    for (const { jobId } of jobs) expect((await cancel(jobId)).status).toBe(202);
    expect((await call(worker, stolen, "keys")).status).toBe(409);
    await rotate();
    // The processors that have the new token.
    worker = startWorker();
    await expectUseless(taken, await encryptPost(worker, post.videoPostId));
  });
});

describe("The credential of a job is known", () => {
  it("opens nothing once the job was cancelled and its part rotated", async () => {
    await rotate();
    const order = await claim(worker, post.videoPostId);
    const taken = await keysFor(order);
    await cancel(order.jobId);
    for (const step of ["keys", "release", "fail"]) {
      const body = step === "fail" ? { reason: "x", permanent: false } : {};
      expect([step, (await call(worker, order, step, body)).status]).toEqual([step, 409]);
    }
    await rotate();
    await expectUseless(taken, await encryptPost(worker, post.videoPostId));
  });

  it("opens nothing once the job has ended and its part was rotated", async () => {
    await rotate();
    const order = await claim(worker, post.videoPostId);
    const taken = await keysFor(order);
    const variants = order.kind === "ENCRYPT" ? order.variants : [];
    await call(worker, order, "encrypt-result", { keyVersion: taken.keyVersion, variants });
    await worker.settled();
    expect((await call(worker, order, "keys")).status).toBe(409);
    await rotate();
    const rotated = await encryptPost(worker, post.videoPostId);
    await revoke(taken.keyVersion);
    await expectUseless(taken, rotated);
  });
});

describe("A key-encryption key is known", () => {
  it("is out of use after the rewrapping under a new one: the keys of viewers stay the same", async () => {
    const session = await startSession(worker, post, await siteToken(worker, post));
    const changed = `k2:${btoa(String.fromCharCode(9).repeat(32))}`;
    const both = startWorker({ KEY_ENCRYPTION_KEYS: `${changed},${TEST_SECRETS.KEY_ENCRYPTION_KEYS}` });
    let cursor: unknown;
    do {
      const page = await administer(both, "POST", "/admin/video/enc/rewrap", { cursor });
      expect(page.status).toBe(200);
      cursor = page.body.nextCursor ?? undefined;
      if (cursor === undefined) expect(page.body.left).toBe(0);
    } while (cursor !== undefined);
    const newAlone = startWorker({ KEY_ENCRYPTION_KEYS: changed });
    expect(await askKey(newAlone, post, session)).toBe("key");
    // An isolate that has read the part before still knows its keys; one that reads it now cannot unwrap them.
    expect(await askKey(startWorker(), post, session)).toBe("unavailable");
  });
});

describe("ADMIN_API_KEY is known", () => {
  it("opens nothing once it is changed and the keys that it made are revoked", async () => {
    const made = await worker.admin("POST", "/admin/api-keys", { name: "thief", scopes: ["posts:read"] });
    const { key } = (await made.json()) as { key: string };
    const changed = "another-admin-api-key-0123456789abcdef";
    const after = startWorker({ ADMIN_API_KEY: changed });
    const admin = { authorization: `Bearer ${changed}` };
    const posts = (bearer: string) =>
      after.fetch("/api/v2/video-posts", { headers: { authorization: `Bearer ${bearer}` } });
    expect((await posts(TEST_SECRETS.ADMIN_API_KEY)).status).toBe(401);
    expect((await posts(key)).status).toBe(200);
    const list = (await (await after.fetch("/admin/api-keys", { headers: admin })).json()) as {
      apiKeys: { keyId: string; createdBy: string }[];
    };
    for (const { keyId } of list.apiKeys.filter(({ createdBy }) => createdBy === "api-key:admin")) {
      await after.fetch(`/admin/api-keys/${keyId}`, { method: "DELETE", headers: admin });
    }
    expect((await posts(key)).status).toBe(401);
  });
});
