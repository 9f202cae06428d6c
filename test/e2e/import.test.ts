import { createDecipheriv } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf, type IssuedToken } from "../../client/index.ts";
import { makeSingleKeyHls, type SingleKeyHls } from "../fixtures/media/single-key-hls.ts";
import { decoded } from "./decoded.ts";
import { type ProcessorProcess, startProcessor } from "./processor-process.ts";
import { type Stack, startStack } from "./stack.ts";

/* Content under one key for all qualities, as ffmpeg encrypts it: imported, asked for by a viewer, and played. */

const SECONDS = 3;
const FRAMES = SECONDS * 25;
const QUALITIES = ["720p", "360p"] as const;

let directory: string;
let stack: Stack;
let content: SingleKeyHls;
let serving: ProcessorProcess | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ladderlock-import-e2e-"));
  stack = await startStack({ processor: false });
  content = await makeSingleKeyHls(join(directory, "content"), SECONDS);
});

afterAll(async () => {
  await serving?.stop();
  await stack?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function manifest(name: string, more: Record<string, unknown> = {}, part: Record<string, unknown> = {}) {
  const path = join(directory, `${name}.json`);
  const qualities = Object.fromEntries(QUALITIES.map((quality) => [quality, `content/${quality}.m3u8`]));
  const parts = [{ keyFile: "content/video.key", qualities, ...part }];
  const post = { importId: name, title: "An old film", access: "PUBLIC", autoPublish: true, parts, ...more };
  await writeFile(path, JSON.stringify(post));
  return path;
}

/** The exit code and all that was printed. */
async function runImport(args: string[], settings: Record<string, string> = {}) {
  const all = { ADMIN_API_KEY: stack.adminKey, ...settings };
  const running = await startProcessor(stack, all, ["import", ...args]);
  const code = await running.exit;
  const log = await running.log();
  await running.stop();
  return { code, log };
}

const imported = async (path: string) => {
  const { code, log } = await runImport([path, "--json"]);
  if (code !== 0) throw new Error(log);
  return JSON.parse(log.trim().split("\n").at(-1)!) as { kind: string; post: { videoPostId: string } };
};

const askToken = (videoPostId: string) => stack.viewer.issueViewerToken({ body: { videoPostId, fileIndex: 0 } });

async function objects(bucket: "SOURCE" | "PLAYBACK", prefix: string): Promise<string[]> {
  const listed = await (await stack.bindings())[bucket].list({});
  return listed.objects.map(({ key }) => key).filter((key) => key.startsWith(prefix));
}

async function uploadTimes(prefix: string): Promise<Map<string, number>> {
  const listed = await (await stack.bindings()).SOURCE.list({});
  const own = (listed.objects as { key: string; uploaded: Date }[]).filter(({ key }) => key.startsWith(prefix));
  return new Map(own.map(({ key, uploaded }) => [key, uploaded.getTime()]));
}

/** Stands before the Worker and has lost it by the time the post is to be made. */
async function workerThatCreatesNothing(): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    if (request.method === "POST") return void response.writeHead(503).end("{}");
    const headers = { authorization: request.headers.authorization ?? "" };
    void fetch(stack.origin + request.url, { headers }).then(async (answer) => {
      response.writeHead(answer.status).end(await answer.text());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function playlistOf({ masterUrl }: IssuedToken, quality: string): Promise<string> {
  const response = await fetch(stack.origin + masterUrl.replace("master.m3u8", `${quality}/index.m3u8`));
  expect(response.status).toBe(200);
  return response.text();
}

describe("content with one key for all qualities", () => {
  let videoPostId: string;

  it("is looked at in a dry run, which stores nothing", async () => {
    const { code, log } = await runImport([await manifest("old-film"), "--dry-run"]);
    expect([code, log]).toEqual([0, "The content can be imported. Nothing was stored: this was a dry run.\n"]);
    expect(await objects("SOURCE", "imports/")).toEqual([]);
  });

  it("is imported once, however often the same manifest is given", async () => {
    const path = await manifest("old-film");
    const first = await imported(path);
    expect(first).toMatchObject({ kind: "imported", post: { importId: "old-film", status: "PUBLISHED" } });
    videoPostId = first.post.videoPostId;
    expect(await imported(path)).toMatchObject({ kind: "was-imported", post: { videoPostId } });
    expect(await objects("SOURCE", "imports/old-film/")).toHaveLength(2 * (SECONDS + 1));
    expect(bodyOf(await stack.client.listJobs({ query: { videoPostId } }))).toEqual({ jobs: [], nextCursor: null });
  });

  it("is refused a token until its keys are made, which that asks for", async () => {
    const refused = await askToken(videoPostId);
    expect(refused).toMatchObject({ status: 409, problem: { code: "not-ready" } });
    expect(refused).toHaveProperty(
      "retryAfterSeconds",
      expect.toSatisfy((seconds) => seconds >= 1 && seconds <= 8),
    );
    serving = await startProcessor(stack);
    await expect.poll(async () => (await askToken(videoPostId)).status, { timeout: 120_000, interval: 500 }).toBe(200);
  });

  it("then plays at every quality with all its frames, each under its own key", async () => {
    const token = bodyOf(await askToken(videoPostId));
    expect(token.qualities).toEqual(QUALITIES);
    const keys = new Set<string>();
    for (const quality of QUALITIES) {
      const url = stack.origin + token.masterUrl.replace("master.m3u8", `${quality}/index.m3u8`);
      expect((await decoded(url, "0:v:0")).frames).toBe(FRAMES);
      const keyUri = /URI="([^"]+)"/.exec(await playlistOf(token, quality))![1]!;
      keys.add(Buffer.from(await (await fetch(stack.origin + keyUri)).arrayBuffer()).toString("hex"));
    }
    expect(keys.size).toBe(2);
    expect(keys.has(content.key.toString("hex"))).toBe(false);
    const master = await (await fetch(stack.origin + token.masterUrl)).text();
    expect(master).toContain("RESOLUTION=1280x720,FRAME-RATE=25.000");
    expect(master).toMatch(/CODECS="avc1\.[0-9a-f]{6},mp4a\.40\.2",RESOLUTION=640x360/);
  });

  it("is opened by the old key no more: neither what viewers get, nor what was imported, which is gone", async () => {
    const token = bodyOf(await askToken(videoPostId));
    for (const quality of QUALITIES) {
      const before = await readFile(join(content.directory, `${quality}_002.ts`));
      expect(opensAsTransportStream(before, content.key, Buffer.alloc(16))).toBe(true);
      const segments = (await playlistOf(token, quality)).split("\n").filter((line) => line.includes(".ts"));
      expect(segments).toHaveLength(SECONDS);
      for (const [index, uri] of segments.entries()) {
        const bytes = Buffer.from(await (await fetch(stack.origin + uri)).arrayBuffer());
        for (const iv of [Buffer.alloc(16), Buffer.from([...Buffer.alloc(15), index])]) {
          expect(opensAsTransportStream(bytes, content.key, iv)).toBe(false);
        }
      }
    }
    await expect.poll(() => objects("SOURCE", "imports/old-film/"), { timeout: 60_000, interval: 500 }).toEqual([]);
    expect(await (await stack.database()).rows("single_key_source")).toEqual([]);
  });

  it("stays imported once: the manifest makes no second post even then", async () => {
    expect(await imported(await manifest("old-film"))).toMatchObject({ kind: "was-imported", post: { videoPostId } });
  });
});

describe("a broken import", () => {
  it("continues where it was, and stores nothing twice", async () => {
    const path = await manifest("broken-off");
    await using worker = await workerThatCreatesNothing();
    const broken = await runImport([path], { LADDERLOCK_URL: worker.url });
    expect([broken.code, broken.log]).toEqual([75, expect.stringContaining("Run the command again to resume.")]);
    const stored = await uploadTimes("imports/broken-off/");
    expect(stored.size).toBe(2 * (SECONDS + 1));
    expect(await imported(path)).toMatchObject({ kind: "imported" });
    expect(await uploadTimes("imports/broken-off/")).toEqual(stored);
  });

  it("ends with 78 where its key is refused", async () => {
    const { code, log } = await runImport([await manifest("refused")], { ADMIN_API_KEY: "x".repeat(40) });
    expect([code, log]).toEqual([78, expect.stringContaining("Is the API key one of this Worker?")]);
  });

  it("with a wrong key creates nothing, and says which qualities do not open", async () => {
    const path = await manifest("wrong-key", {}, { keyFile: undefined, key: "00".repeat(16) });
    const { code, log } = await runImport([path]);
    expect(code).toBe(65);
    expect(log).toMatch(/part 0: 720p: .*720p_000\.ts does not open with the key and the IV of the playlist/);
    expect(log).toMatch(/part 0: 360p: /);
    expect(log).not.toContain("00".repeat(16));
    expect(await objects("SOURCE", "imports/wrong-key/")).toEqual([]);
    expect((await stack.client.getImport({ params: { importId: "wrong-key" } })).status).toBe(404);
  });

  it("ends with 75 while the Worker is away, and with 78 without its settings", async () => {
    const path = await manifest("away");
    expect((await runImport([path], { LADDERLOCK_URL: "http://127.0.0.1:9" })).code).toBe(75);
    const { code, log } = await runImport([path], { S3_ENDPOINT: "" });
    expect([code, log]).toEqual([78, expect.stringContaining("S3_ENDPOINT is missing")]);
  });
});

function opensAsTransportStream(bytes: Buffer, key: Buffer, iv: Buffer): boolean {
  const decipher = createDecipheriv("aes-128-cbc", key, iv);
  try {
    const clear = Buffer.concat([decipher.update(bytes), decipher.final()]);
    return clear[188] === 0x47;
  } catch {
    return false;
  }
}
