import { mkdir, mkdtemp, rm, unlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CheckedImport, checkImport } from "./check-import.ts";
import { createImportFiles } from "./import-files.ts";
import { ImportRefusal } from "./import-refusal.ts";
import { encryptedSegment, KEY, playlistOf, writeContent } from "./imported-content.fixture.ts";
import { readManifest } from "./manifest.ts";

let folder: string;
let server: Server | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "check-import-"));
  await writeContent(folder, "720p");
  await writeContent(folder, "360p");
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = null;
  await rm(folder, { recursive: true });
});

const QUALITIES = { "720p": "720p.m3u8", "360p": "360p.m3u8" };

async function check(
  part: Record<string, unknown> = {},
  allowHosts: string[] = [],
  manifestFolder = folder,
): Promise<CheckedImport> {
  const json = { title: "A film", parts: [{ key: KEY.toString("hex"), qualities: QUALITIES, ...part }] };
  const read = readManifest(JSON.stringify(json));
  if (read.kind === "wrong") throw new Error(read.problems.join());
  const downloads = join(folder, "downloads");
  await mkdir(downloads, { recursive: true });
  const files = createImportFiles({ directory: downloads, allowHosts: new Set(allowHosts) });
  return checkImport(read.manifest, { files, manifestFolder, signal: new AbortController().signal });
}

/** All that is said against it. */
async function problems(...args: Parameters<typeof check>): Promise<readonly string[]> {
  const outcome = await check(...args).then(
    () => "taken",
    (error: unknown) => error,
  );
  if (!(outcome instanceof ImportRefusal)) throw new Error("it was not refused", { cause: outcome });
  return outcome.problems;
}

/** Answers with what is in `bodies` by path. */
async function serve(bodies: Record<string, Buffer | string>): Promise<string> {
  const started = createServer((request, response) => {
    const body = bodies[(request.url ?? "").split("?")[0]!];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(started.address() as AddressInfo).port}`;
}

describe("content that is to be imported", () => {
  it("is identified by its segments, from the top rung down", async () => {
    const { parts, digest } = await check();
    expect(digest).toMatch(/^[0-9a-f]{32}$/);
    const [part] = parts;
    expect(part).toMatchObject({ fileName: "720p.m3u8", key: KEY });
    expect(part?.renditions.map(({ quality, segments }) => [quality, segments.length])).toEqual([
      ["720p", 3],
      ["360p", 3],
    ]);
    expect(part?.renditions[0]?.segments[2]).toMatchObject({
      place: { kind: "file", path: join(folder, "720p-3.ts") },
      durationSeconds: 6,
      bytes: encryptedSegment("720p", 3).length,
    });
  });

  it("has the same digest each time, and another with another key, length or segment", async () => {
    const { digest } = await check();
    expect((await check()).digest).toBe(digest);
    await writeContent(folder, "360p", 3, false);
    const clear = await check({ clear: { "360p": "360p.m3u8" } });
    expect(clear.digest).not.toBe(digest);
  });

  it("may have its key in a file", async () => {
    await writeFile(join(folder, "video.key"), KEY);
    expect((await check({ key: undefined, keyFile: "video.key" })).digest).toBe((await check()).digest);
  });

  it("is accepted unread where clear renditions are named, and the encrypted ones are not read", async () => {
    await writeContent(join(folder, "clear"), "720p", 3, false);
    await unlink(join(folder, "720p.m3u8"));
    const { parts } = await check({ clear: { "720p": "clear/720p.m3u8" } });
    expect(parts[0]?.renditions.map(({ segments }) => segments[0]?.iv === null)).toEqual([true, false]);
  });

  it("may lie at addresses, which pass the guards of downloads", async () => {
    const segments = Object.fromEntries([1, 2, 3].map((n) => [`/v/s${n}.ts`, encryptedSegment("720p", n)]));
    const host = await serve({ "/v/720p.m3u8": playlistOf(["s1.ts", "s2.ts?sig=secret", "s3.ts"]), ...segments });
    const qualities = { "720p": `http://${host}/v/720p.m3u8?sig=secret`, "360p": "360p.m3u8" };
    const { parts } = await check({ qualities }, [host]);
    expect(parts[0]?.renditions[0]?.segments[1]).toMatchObject({
      place: { kind: "url", url: `http://${host}/v/s2.ts?sig=secret` },
      bytes: null,
    });
    expect((await problems({ qualities })).join()).toMatch(/part 0: 720p: .*720p\.m3u8: only https addresses/);
    expect((await problems({ qualities })).join()).not.toContain("secret");
  });

  it("is not fetched from addresses that are not public", async () => {
    const qualities = { "720p": "https://127.0.0.1:1/720p.m3u8", "360p": "file:///etc/passwd" };
    const said = await problems({ qualities });
    expect(said[0]).toMatch(/^part 0: 720p: .*not one of the public internet/);
    expect(said[1]).toMatch(/^part 0: 360p: .*only https addresses are fetched/);
  });

  it("is refused with every problem of every quality at once", async () => {
    await unlink(join(folder, "720p-3.ts"));
    await writeFile(join(folder, "360p.m3u8"), "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n");
    expect(await problems()).toEqual([
      `part 0: 720p: ${join(folder, "720p-3.ts")}: there is no such file`,
      "part 0: 360p: the playlist is a multivariant playlist: name the media playlist of each quality",
    ]);
  });

  it.each([
    ["a key that is not its own", { key: "ff".repeat(16) }, /720p-1\.ts does not open with the key/],
    ["a key file that is not there", { key: undefined, keyFile: "no.key" }, /no\.key: there is no such file/],
    ["a key file at an address", { key: undefined, keyFile: "https://keys.example/k" }, /must be a local file/],
    ["a key file that is text", { key: undefined, keyFile: "360p.m3u8" }, /keyFile: has \d+ bytes, a key has 16/],
    ["a playlist that is not there", { qualities: { "720p": "no.m3u8" } }, /no\.m3u8: there is no such file/],
    ["encrypted renditions as clear ones", { clear: { "720p": "720p.m3u8" } }, /named as clear, but has an EXT-X-KEY/],
    ["a segment as its playlist", { qualities: { "720p": "720p-1.ts" } }, /is not valid HLS/],
  ])("is refused with %s", async (_, part, problem) => {
    expect((await problems(part)).join("\n")).toMatch(problem);
  });

  it("is refused where a quality is of another video", async () => {
    await writeContent(folder, "360p", 2);
    expect(await problems()).toEqual([
      "part 0: the qualities are not equally long, so they are not of one video: 720p 18.00 s, 360p 12.00 s",
    ]);
  });

  it("is refused where segments are clear and the manifest does not say so", async () => {
    await writeContent(folder, "360p", 3, false);
    expect(await problems()).toEqual([expect.stringMatching(/360p: the playlist has no EXT-X-KEY/)]);
    await writeFile(join(folder, "360p-1.ts"), "no transport stream");
    expect(await problems({ clear: { "360p": "360p.m3u8" } })).toEqual([
      expect.stringMatching(/360p: .*360p-1\.ts is no MPEG-TS$/),
    ]);
  });

  it.each(["../../outside.ts", "/etc/hostname", "..%2f..%2Foutside.ts", "a/../../../outside.ts", "..", "%zz", "?x"])(
    "has no file read that lies outside of the manifest's folder: %s",
    async (uri) => {
      const inside = join(folder, "import");
      await mkdir(join(inside, "content"), { recursive: true });
      await writeFile(join(folder, "outside.ts"), encryptedSegment("720p", 1));
      await writeFile(join(inside, "content", "720p.m3u8"), playlistOf([uri]));
      const qualities = { "720p": "content/720p.m3u8" };
      expect(await problems({ qualities }, [], inside)).toEqual([
        "part 0: 720p: segment 1 lies outside of the playlist's folder",
      ]);
    },
  );

  it("may have its segments anywhere in the folder of the manifest", async () => {
    await mkdir(join(folder, "lists"));
    await writeFile(join(folder, "lists", "720p.m3u8"), playlistOf(["../720p-1.ts", "../720p-2.ts", "../720p-3.ts"]));
    const { parts } = await check({ qualities: { "720p": "lists/720p.m3u8" } });
    expect(parts[0]?.renditions[0]?.segments[0]?.place).toEqual({ kind: "file", path: join(folder, "720p-1.ts") });
  });
});
