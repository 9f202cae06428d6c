import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bodyOf, type IssuedToken } from "../../client/index.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { decoded } from "./decoded.ts";
import { type Part, type Stack, startStack } from "./stack.ts";

/* A part of a published post gets another source while it plays, with real media, and is then removed. */

const OLD_SECONDS = 2;
const NEW_SECONDS = 4;
const FRAME_RATE = 10;
const SLOW = { timeout: 240_000 };

let directory: string;
let stack: Stack;
let part: Part;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ladderlock-parts-"));
  stack = await startStack();
  part = await stack.ingest(await clip("old.mp4", OLD_SECONDS), { title: "A film", access: "PUBLIC" });
}, SLOW.timeout);

afterAll(async () => {
  await stack?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function clip(name: string, seconds: number): Promise<string> {
  const path = join(directory, name);
  await generateClip({ path, size: "320x180", frameRate: String(FRAME_RATE), seconds, sound: true });
  return path;
}

const params = () => ({ videoPostId: part.videoPostId, fileIndex: String(part.fileIndex) });
const read = async () => bodyOf(await stack.client.getVideoPost({ params: params() }));
const framesOf = async ({ masterUrl }: IssuedToken) => (await decoded(stack.origin + masterUrl, "0:v:0")).frames;

async function until(isReached: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await isReached())) {
    if (Date.now() > deadline) throw new Error("this takes too long");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function objects(): Promise<string[]> {
  const buckets = await Promise.all((["SOURCE", "PLAYBACK"] as const).map((name) => stack.bucket(name)));
  const lists = await Promise.all(buckets.map((bucket) => bucket.list({})));
  return lists.flatMap((list) => list.objects.map(({ key }) => key));
}

/** The URL of the first key that a session asks for. */
async function keyUrlOf({ masterUrl }: IssuedToken): Promise<string> {
  const master = await (await fetch(stack.origin + masterUrl)).text();
  const media = master.split("\n").find((line) => line.includes("index.m3u8"))!;
  const playlist = await (await fetch(new URL(media, stack.origin + masterUrl))).text();
  return new URL(/URI="([^"]+)"/.exec(playlist)![1]!, stack.origin).href;
}

it(
  "plays the old source to its sessions and the new one to later tokens, and nothing after the removal",
  SLOW,
  async () => {
    const old = await stack.token(part);
    expect(await framesOf(old)).toBe(OLD_SECONDS * FRAME_RATE);
    const oldKey = await keyUrlOf(old);

    const uploadId = await stack.upload(await clip("new.mp4", NEW_SECONDS));
    const source = { uploadId, fileName: "new.mp4" };
    const replaced = await stack.client.replacePart({ params: params(), body: source });
    expect(replaced.status).toBe(202);
    expect((await read()).files[0]).toMatchObject({ fileName: "old.mp4", replacement: { fileName: "new.mp4" } });
    expect(await framesOf(await stack.token(part))).toBe(OLD_SECONDS * FRAME_RATE);
    await until(async () => (await read()).files[0]!.replacement === null);
    expect(await read()).toMatchObject({ status: "PUBLISHED", files: [{ fileName: "new.mp4", keyVersion: 2 }] });

    const later = await stack.token(part);
    expect(await framesOf(later)).toBe(NEW_SECONDS * FRAME_RATE);
    expect(await framesOf(old)).toBe(OLD_SECONDS * FRAME_RATE);
    expect((await fetch(oldKey)).status).toBe(200);
    const newKey = await keyUrlOf(later);

    const last = await stack.client.removePart({ params: params(), query: {} });
    expect(last).toMatchObject({ status: 409, problem: { code: "wrong-state" } });
    await stack.client.withdrawVideoPost({ params: params(), body: {} });
    expect((await stack.client.removePart({ params: params(), query: {} })).status).toBe(200);
    expect((await stack.client.issueToken({ body: { ...part } })).status).toBe(404);
    await until(async () => (await fetch(oldKey)).status === 410 && (await fetch(newKey)).status === 410);
    await until(async () => (await objects()).length === 0);
    await until(async () => (await fetch(stack.origin + later.masterUrl)).status === 410);
  },
);
