import { createDecipheriv } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import HLS from "hls-parser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf, type IssuedToken } from "../../client/index.ts";
import { runProgram } from "../../scripts/dev/run-program.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { decoded, FFMPEG } from "./decoded.ts";
import { type Part, type Stack, startStack } from "./stack.ts";

/* A real clip through the whole system: upload, jobs A and B, and back out through the Worker. */

const QUALITIES = ["1080p", "720p", "480p", "360p"];
const SECONDS = 14;
const FRAME_RATE = 10;
const FRAMES = SECONDS * FRAME_RATE;

let directory: string;
let stack: Stack;
let part: Part;
let issued: IssuedToken;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ladderlock-ladder-"));
  stack = await startStack();
  const path = join(directory, "clip.mp4");
  // A square has fewer pixels than a wide picture of as many lines.
  await generateClip({ path, size: "1080x1080", frameRate: String(FRAME_RATE), seconds: SECONDS, sound: true });
  part = await stack.ingest(path);
  issued = await stack.token(part);
});

afterAll(async () => {
  await stack?.stop();
  await rm(directory, { recursive: true, force: true });
});

function mediaPlaylistUrl(quality: string, token = issued.token): string {
  return `${stack.origin}/video/enc/videoResource/${part.videoPostId}/${part.fileIndex}/${quality}/index.m3u8?token=${token}`;
}

async function text(url: string): Promise<string> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return response.text();
}

async function mediaPlaylist(quality: string): Promise<HLS.types.MediaPlaylist> {
  HLS.setOptions({ strictMode: true });
  return HLS.parse(await text(mediaPlaylistUrl(quality))) as HLS.types.MediaPlaylist;
}

describe("a 1080p clip", () => {
  it("becomes four rungs, described by what was measured", async () => {
    HLS.setOptions({ strictMode: true });
    const master = HLS.parse(await text(stack.origin + issued.masterUrl)) as HLS.types.MasterPlaylist;
    expect(issued.qualities).toEqual(QUALITIES);
    expect(master.variants.map(({ resolution }) => resolution?.height)).toEqual([1080, 720, 480, 360]);
    for (const variant of master.variants) {
      expect(variant.codecs).toMatch(/^avc1\.[0-9a-f]{6},mp4a\.40\.2$/);
      expect(variant.frameRate).toBe(FRAME_RATE);
      expect(variant.bandwidth).toBeGreaterThanOrEqual(variant.averageBandwidth!);
    }
  });

  it("has BANDWIDTH and AVERAGE-BANDWIDTH that the bytes of its segments bear out", async () => {
    HLS.setOptions({ strictMode: true });
    const master = HLS.parse(await text(stack.origin + issued.masterUrl)) as HLS.types.MasterPlaylist;
    for (const [index, quality] of QUALITIES.entries()) {
      const { segments } = await mediaPlaylist(quality);
      const sizes = await Promise.all(
        segments.map(async ({ uri }) => (await (await fetch(stack.origin + uri)).arrayBuffer()).byteLength),
      );
      const bits = sizes.reduce((sum, size) => sum + 8 * size, 0);
      const rates = sizes.map((size, i) => (8 * size) / segments[i]!.duration);
      const { bandwidth, averageBandwidth } = master.variants[index]!;
      expect(averageBandwidth! / (bits / SECONDS)).toBeCloseTo(1, 3);
      expect(bandwidth).toBeGreaterThanOrEqual(Math.floor(rates[0]!));
    }
  });

  it("has segments of 6 s that are aligned over all rungs", async () => {
    for (const quality of QUALITIES) {
      const { segments, targetDuration } = await mediaPlaylist(quality);
      expect(segments.map(({ duration }) => duration)).toEqual([6, 6, 2]);
      expect(targetDuration).toBe(6);
    }
  });

  it.each(QUALITIES)("decodes at %s with every frame of the source", async (quality) => {
    expect((await decoded(mediaPlaylistUrl(quality), "0:v:0")).frames).toBe(FRAMES);
  });

  it("decodes from the master too, sound included", async () => {
    expect((await decoded(stack.origin + issued.masterUrl, "0:v:0")).frames).toBe(FRAMES);
    const sound = await decoded(stack.origin + issued.masterUrl, "0:a:0");
    expect(Math.abs(sound.seconds - SECONDS)).toBeLessThan(0.1);
  });
});

describe("the keys", () => {
  async function key(quality: string): Promise<Buffer> {
    const uri = (await mediaPlaylist(quality)).segments[0]!.key!.uri!;
    const response = await fetch(stack.origin + uri);
    expect(response.status).toBe(200);
    return Buffer.from(await response.arrayBuffer());
  }

  async function firstSegment(quality: string): Promise<Buffer> {
    const { uri } = (await mediaPlaylist(quality)).segments[0]!;
    return Buffer.from(await (await fetch(stack.origin + uri)).arrayBuffer());
  }

  function decrypt(ciphertext: Buffer, contentKey: Buffer): Buffer {
    const decipher = createDecipheriv("aes-128-cbc", contentKey, Buffer.alloc(16));
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  }

  it("are 16 bytes, another for each quality, and open that quality alone", async () => {
    const keys = await Promise.all(QUALITIES.map(key));
    expect(keys.map(({ length }) => length)).toEqual([16, 16, 16, 16]);
    expect(new Set(keys.map((each) => each.toString("hex"))).size).toBe(4);
    for (const [i, quality] of QUALITIES.entries()) {
      const ciphertext = await firstSegment(quality);
      expect(isTransportStream(ciphertext)).toBe(false);
      expect(isTransportStream(decrypt(ciphertext, keys[i]!))).toBe(true);
      const wrong = keys[(i + 1) % keys.length]!;
      expect(opensAsTransportStream(() => decrypt(ciphertext, wrong))).toBe(false);
    }
  });

  function isTransportStream(bytes: Buffer): boolean {
    return [0, 188, 376].every((offset) => bytes[offset] === 0x47);
  }

  function opensAsTransportStream(open: () => Buffer): boolean {
    try {
      return isTransportStream(open());
    } catch {
      return false;
    }
  }

  it("of 1080p is refused to a player of ffmpeg's that has been given the playlist by hand", async () => {
    const anonymous = bodyOf(await stack.viewer.issueViewerToken({ body: part }));
    expect(anonymous.qualities).toEqual(["480p", "360p"]);
    const paid = await text(mediaPlaylistUrl("1080p"));
    const forged = paid
      .replaceAll(/token=[\w.-]+/g, `token=${anonymous.token}`)
      .replaceAll(/(URI="|\n)(\/video)/g, `$1${stack.origin}$2`);
    const path = join(directory, "forged.m3u8");
    await writeFile(path, forged);
    const protocols = ["-protocol_whitelist", "file,http,tcp,crypto"];
    const args = ["-v", "warning", ...protocols, "-i", path, "-f", "null", "-"];
    const { stderr } = await runProgram(FFMPEG, args, { signal: AbortSignal.timeout(60_000) });
    expect(stderr).toContain("403");
    expect((await fetch(mediaPlaylistUrl("1080p", anonymous.token))).status).toBe(403);
  });
});

describe("what must not be public", () => {
  it("is not served: neither clear renditions nor templates nor uploads", async () => {
    const { segments } = await mediaPlaylist("480p");
    const key = segments[0]!.uri.replace("/video/enc/segments/", "");
    const job = key.split("/").slice(0, 2).join("/");
    for (const path of [
      `${job}/c1/480p/seg_00001.ts`,
      `${job}/enc/k1-c1/480p/index.m3u8`,
      `${job}/enc/k1-c1/master.m3u8`,
    ]) {
      expect((await fetch(`${stack.origin}/video/enc/segments/${path}`)).status).toBe(404);
    }
  });
});

describe("a file that is no video", () => {
  it("fails with a sentence that an editor understands", async () => {
    const path = join(directory, "not-a-video.mp4");
    await writeFile(path, "This is a text, whatever its name says.\n".repeat(100));
    await expect(stack.ingest(path)).rejects.toThrow(/^[A-Z][^/{}]+\./);
  });
});

describe("500 viewers asking for tokens while an editor saves the post", () => {
  it("meet no conflict, and nor does the editor", async () => {
    const body = JSON.stringify(part);
    const path = `${stack.origin}/video/enc/token`;
    // A busy machine may read the database too slowly for a request, which then says to come again.
    const patient = async (ask: () => Promise<{ status: number }>): Promise<number> => {
      const { status } = await ask();
      if (status !== 503) return status;
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return patient(ask);
    };
    const viewers = Array.from({ length: 400 }, () => patient(() => fetch(path, { method: "POST", body })));
    const buyers = Array.from({ length: 100 }, () =>
      patient(() => stack.client.issueToken({ body: { ...part, maxUses: 1 } })),
    );
    const edits: number[] = [];
    for (let n = 0; n < 20; n++) {
      const edit = { params: { videoPostId: part.videoPostId }, body: { description: `version ${n}` } };
      edits.push((await stack.client.updateVideoPost(edit)).status);
    }
    expect(new Set(edits)).toEqual(new Set([200]));
    expect(new Set(await Promise.all([...viewers, ...buyers]))).toEqual(new Set([200]));
  });
});
