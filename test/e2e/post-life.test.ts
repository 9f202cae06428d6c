import { createReadStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Browser } from "playwright-core";
import { Upload } from "tus-js-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf, type Client, createClient } from "../../client/index.ts";
import { launchChromium } from "../browser/chromium.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { HLS_JS } from "../players/browser-players.ts";
import { type PlayerSite, startPlayerSite } from "../players/player-site.ts";
import { PlayerTab } from "../players/player-tab.ts";
import { type KillableWorker, startKillableWorker } from "./killable-worker.ts";
import { type ProcessorProcess, startProcessor } from "./processor-process.ts";
import { type Buckets, openBuckets } from "./ready-posts.ts";
import { TEST_SECRETS } from "./test-secrets.ts";

/*
 * The life of one post, as an editor, a reviewer and a viewer see it: from an upload without an API key to the last object
 * in the buckets. The steps follow each other; each needs those before it.
 */

const SECONDS = 12;
const GATE_FRESH_SECONDS = 2;
const KEY_GRACE_SECONDS = 40;
const SETTINGS = {
  GATE_FRESH_SECONDS: String(GATE_FRESH_SECONDS),
  KEY_GRACE_SECONDS: String(KEY_GRACE_SECONDS),
  SEGMENT_GRACE_SECONDS: "1",
  KEY_MAX_AGE_SECONDS: "0",
};
/** What takes seconds here may take minutes on a machine that is busy with other things. */
const REACHED = { timeout: 170_000, interval: 250 };
const CHUNK_BYTES = 64 * 1024;

let directory: string;
let worker: KillableWorker;
let processor: ProcessorProcess;
let buckets: Buckets;
let site: PlayerSite;
let browser: Browser;
let client: Client;
let videoPostId: string;
const measured: Record<string, string> = {};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ladderlock-life-"));
  [worker, site, browser] = await Promise.all([
    startKillableWorker(() => SETTINGS),
    startPlayerSite(),
    launchChromium(),
  ]);
  const poll = { POLL_SECONDS: "0.3", HEARTBEAT_SECONDS: "2" };
  processor = await startProcessor(worker, poll);
  buckets = openBuckets(worker.origin);
  client = createClient({ baseUrl: worker.origin, token: TEST_SECRETS.ADMIN_API_KEY });
}, REACHED.timeout);

afterAll(async () => {
  console.table(measured);
  await browser?.close();
  await site?.stop();
  await processor?.stop();
  buckets?.close();
  await worker?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function clip(name: string, size: string): Promise<string> {
  const path = join(directory, name);
  await generateClip({ path, size, seconds: SECONDS, frameRate: "25", sound: true });
  return path;
}

/** One PATCH whose connection breaks in the middle of its body. The bytes so far may count or not. */
async function cutOff(url: string, offset: number, headers: Record<string, string>): Promise<void> {
  await new Promise<void>((resolve) => {
    const patch = request(url, {
      method: "PATCH",
      headers: {
        ...headers,
        "tus-resumable": "1.0.0",
        "upload-offset": String(offset),
        "content-type": "application/offset+octet-stream",
        "content-length": String(CHUNK_BYTES),
      },
    });
    patch.on("error", () => {}).on("close", () => resolve());
    patch.write(Buffer.alloc(CHUNK_BYTES / 2), () => patch.destroy());
  });
}

/** A tus client whose connection is cut after its first chunk; `meanwhile` happens before it resumes. */
async function upload(
  path: string,
  endpoint: string,
  headers: Record<string, string>,
  meanwhile: () => Promise<void> = async () => {},
): Promise<string> {
  const { size } = await stat(path);
  const options = { headers, uploadSize: size, chunkSize: CHUNK_BYTES, retryDelays: [0, 500, 1000, 2000] };
  const first = await new Promise<{ url: string; offset: number }>((resolve, reject) => {
    const transfer = new Upload(createReadStream(path), {
      ...options,
      endpoint,
      metadata: { filename: basename(path) },
      onError: reject,
      onChunkComplete: (_size, offset) => {
        void transfer.abort();
        resolve({ url: transfer.url!, offset });
      },
    });
    transfer.start();
  });
  expect(first.offset).toBeLessThan(size);
  await cutOff(first.url, first.offset, headers);
  await meanwhile();
  await new Promise<void>((resolve, reject) => {
    const rest = new Upload(createReadStream(path), {
      ...options,
      uploadUrl: first.url,
      onError: reject,
      onSuccess: () => resolve(),
    });
    rest.start();
  });
  return new URL(first.url).pathname.split("/").at(-1)!;
}

const EDITOR = { authorization: `Bearer ${TEST_SECRETS.ADMIN_API_KEY}` };
const uploadOf = (path: string, meanwhile?: () => Promise<void>) =>
  upload(path, `${worker.origin}/api/v2/uploads`, EDITOR, meanwhile);

const post = async () => bodyOf(await client.getVideoPost({ params: { videoPostId } }));
const reaches = (status: string) => expect.poll(async () => (await post()).status, REACHED).toBe(status);
const audit = async (body: { result: "PASSED"; reason?: string } | { result: "REJECTED"; reason: string }) =>
  bodyOf(await client.auditVideoPost({ params: { videoPostId }, body }));
const history = async () =>
  bodyOf(await client.listVideoPostHistory({ params: { videoPostId }, query: { limit: "200" } })).items;

/** A viewer's request for a token, without any credentials. */
async function viewerToken(fileIndex: number): Promise<{ status: number; masterUrl: string }> {
  const body = JSON.stringify({ videoPostId, fileIndex });
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${worker.origin}/video/enc/token`, { method: "POST", headers, body });
  const { masterUrl = "" } = (await response.json()) as { masterUrl?: string };
  return { status: response.status, masterUrl };
}

async function open(fileIndex: number, firstLines: number): Promise<PlayerTab> {
  const { status, masterUrl } = await viewerToken(fileIndex);
  expect(status).toBe(200);
  const request = { browser, site, player: HLS_JS, firstLines, fromHandToMouth: true, patienceMs: REACHED.timeout };
  return PlayerTab.open({ ...request, masterUrl: worker.origin + masterUrl });
}

async function objects(): Promise<string[]> {
  const { signal } = new AbortController();
  const lists = await Promise.all([buckets.source, buckets.playback].map((bucket) => bucket.list("", signal)));
  return lists.flat().map(({ key }) => key);
}

/** Seconds until `holds`, as a table row. */
async function measure(name: string, holds: () => Promise<boolean>): Promise<void> {
  const since = Date.now();
  await expect.poll(holds, { ...REACHED, interval: 100 }).toBe(true);
  measured[name] = `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

describe("the life of a post", () => {
  it("begins in a browser without an API key, whose connection is cut and whose Worker is killed", async () => {
    const token = bodyOf(
      await client.createUploadToken({
        body: {
          postDefaults: { title: "A film in three parts", resourceType: "VIDEO", access: "PUBLIC" },
          maxBytes: 50_000_000,
        },
      }),
    );
    await upload(await clip("one.mp4", "320x180"), token.uploadUrl, {}, () => worker.killAndRestart());
    const made = async () => bodyOf(await client.getUploadToken({ params: { tokenId: token.tokenId } })).videoPostId;
    await measure("upload completed to post created", async () => (await made()) !== null);
    videoPostId = (await made())!;
    expect((await post()).files.map(({ fileName }) => fileName)).toEqual(["one.mp4"]);

    const uploadFileList = [
      {
        uploadId: await uploadOf(await clip("two.mp4", "320x180"), () => worker.killAndRestart()),
        fileName: "two.mp4",
      },
      { uploadId: await uploadOf(await clip("three.mp4", "320x180")), fileName: "three.mp4" },
    ];
    const added = bodyOf(await client.addParts({ params: { videoPostId }, body: { uploadFileList } }));
    expect(added.files.map(({ fileIndex }) => fileIndex)).toEqual([1, 2]);
    await reaches("PENDING_AUDIT");
  });

  it("is reviewed: rejected, corrected, submitted again and published", async () => {
    expect(await viewerToken(0)).toMatchObject({ status: 404 });
    expect(await audit({ result: "REJECTED", reason: "The title is too long." })).toMatchObject({ status: "REJECTED" });
    bodyOf(await client.updateVideoPost({ params: { videoPostId }, body: { title: "A film" } }));
    expect(bodyOf(await client.submitVideoPost({ params: { videoPostId } }))).toMatchObject({
      status: "PENDING_AUDIT",
    });
    expect(await audit({ result: "PASSED" })).toMatchObject({ status: "PUBLISHED" });
    await measure("published to first token", async () => (await viewerToken(0)).status === 200);
    const uploads = async () => (await objects()).filter((key) => key.startsWith("uploads/"));
    await measure("published to uploads deleted", async () => (await uploads()).length === 0);
  });

  it("plays, and continues while its second part is replaced; a reload plays the new one", async () => {
    const tab = await open(1, 180);
    await tab.play(0.25);
    await tab.passes(0.5);
    // It must last until the new version is there: a replacement takes a minute on a busy machine.
    await tab.play(0.0625);
    const uploadId = await uploadOf(await clip("again.mp4", "256x144"));
    const replaced = { uploadId, fileName: "again.mp4" };
    bodyOf(await client.replacePart({ params: { videoPostId, fileIndex: "1" }, body: replaced }));
    await measure("replaced to new version plays", async () => {
      const { masterUrl } = await viewerToken(1);
      return (await (await fetch(worker.origin + masterUrl)).text()).includes("256x144");
    });
    expect((await tab.state()).ended).toBe(false);
    const reloaded = await open(1, 144);
    await tab.play(4);
    await tab.ends();
    expect((await tab.state()).lines).toBe(180);
    expect({ refusals: tab.refusals, ...(await tab.state()) }).toMatchObject({ refusals: [], faults: [] });
    await reloaded.play(4);
    await reloaded.ends();
    expect({ refusals: reloaded.refusals, ...(await reloaded.state()) }).toMatchObject({ refusals: [], faults: [] });
    await Promise.all([tab.close(), reloaded.close()]);
    expect((await post()).status).toBe("PUBLISHED");
  });

  it("has its parts in another order, and loses one for good", async () => {
    const ordered = await client.reorderParts({ params: { videoPostId }, body: { fileIndexes: [2, 1, 0] } });
    const inOrder = bodyOf(ordered).files.toSorted((a, b) => a.position - b.position);
    expect(inOrder.map(({ fileIndex }) => fileIndex)).toEqual([2, 1, 0]);

    const key = await keyOf(2);
    expect((await fetch(key)).status).toBe(200);
    bodyOf(await client.removePart({ params: { videoPostId, fileIndex: "2" } }));
    await measure("removed to key refused", async () => (await fetch(key)).status === 410);
    expect((await viewerToken(2)).status).toBe(404);
    expect((await viewerToken(0)).status).toBe(200);
  });

  it("is withdrawn, published again and deleted, and nothing of it remains", async () => {
    expect(bodyOf(await client.withdrawVideoPost({ params: { videoPostId }, body: {} })).publishedAt).toBeNull();
    await measure("withdrawn to no token", async () => (await viewerToken(0)).status !== 200);
    await audit({ result: "PASSED" });
    await measure("published again to token", async () => (await viewerToken(0)).status === 200);

    const keys = [await keyOf(0), await keyOf(1)];
    expect((await objects()).length).toBeGreaterThan(10);
    bodyOf(await client.deleteVideoPost({ params: { videoPostId } }));
    await measure("deleted to keys refused", async () => {
      const answers = await Promise.all(keys.map((key) => fetch(key)));
      return answers.every(({ status }) => status === 410);
    });
    expect([(await viewerToken(0)).status, (await viewerToken(1)).status]).toEqual([410, 410]);
    await measure("deleted to buckets empty", async () => (await objects()).length === 0);
    expect((await history()).map(({ action }) => action)).toEqual(
      expect.arrayContaining([
        "post.create",
        "post.audit",
        "post.submit",
        "post.parts",
        "post.withdraw",
        "post.delete",
      ]),
    );
  });
});

/** The address of a key of the part, as a player that has just started has it. */
async function keyOf(fileIndex: number): Promise<URL> {
  const { masterUrl } = await viewerToken(fileIndex);
  const playlistOf = async (url: URL) => (await (await fetch(url)).text()).split("\n");
  const master = new URL(masterUrl, worker.origin);
  const media = new URL((await playlistOf(master)).find((line) => line !== "" && !line.startsWith("#"))!, master);
  const line = (await playlistOf(media)).find((text) => text.startsWith("#EXT-X-KEY"))!;
  return new URL(/URI="([^"]+)"/.exec(line)![1]!, media);
}
