import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { MOST_TILES, spriteCount } from "../../../shared/domain/part/part-images.ts";
import { fieldColors } from "../../../test/fixtures/media/field-colors.ts";
import { runFfmpeg } from "../../../test/fixtures/media/generate-clip.ts";
import { MEDIA_TOOLS as tools } from "../../../test/fixtures/media/media-tools.ts";
import { BARS, H264, STEP, soundChangingClip, TIMED, TINY } from "../../../test/fixtures/media/timed-clips.ts";
import { seededRandom } from "../../../test/fixtures/seeded-random.ts";
import { probe } from "../../adapters/ffmpeg/probe.ts";
import { transcode } from "../../adapters/ffmpeg/transcode.ts";
import { startS3Server } from "../../adapters/s3-server.fixture.ts";
import { createLogger } from "../../log.ts";
import { planLadder, type VideoLadder } from "../../media/encode/ladder.ts";
import { makeImages } from "./make-images.ts";

vi.setConfig({ testTimeout: 180_000 });

const signal = new AbortController().signal;
const log = createLogger({ level: "silent", secrets: [] });
const ID = "imagesimagesimagesimag";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "make-images-"));
});
afterAll(() => rm(folder, { recursive: true }));

type Changes = {
  readonly changePlan?: (plan: VideoLadder) => VideoLadder;
  readonly damage?: (imageDirectory: string) => Promise<void>;
};

/** A file through the processor's own steps, up to its stored images. */
async function imagesOf(sourcePath: string, { changePlan = (plan) => plan, damage }: Changes = {}) {
  await using s3 = await startS3Server();
  const found = await probe({ sourcePath, tools, signal });
  const planned = found.kind === "facts" ? planLadder(found.facts, "VIDEO") : found;
  if (found.kind === "refused" || planned.kind !== "video") throw new Error("refused");
  const directory = await mkdtemp(join(folder, "rungs-"));
  const outcome = await transcode({
    ...{ sourcePath, outputDirectory: directory, plan: changePlan(planned), facts: found.facts, tools, signal },
    ...{ stallTimeoutSeconds: 60, encoding: { crf: 36, preset: "ultrafast" } as const },
    onProgress: () => {},
    onSegment: () => {},
  });
  if (outcome.kind === "refused" || outcome.images === null) throw new Error("refused");
  await damage?.(join(directory, "images"));
  const { durationSeconds, images: plan } = outcome;
  const place = { directory, clearPrefix: "film/job/c1/", id: ID, store: s3.store("source") };
  const made = await makeImages({ ...place, plan, durationSeconds, tools, run: { signal, log } });
  expect(await readdir(directory)).not.toContain("images");
  const objects = new Map([...s3.objects].map(([key, { body }]) => [key.slice(key.lastIndexOf("/") + 1), body]));
  const keys = [...s3.objects.keys()].map((key) => key.slice(0, key.lastIndexOf("/") + 1));
  expect(new Set(keys).size, "one prefix").toBeLessThan(2);
  const [top] = planned.rungs;
  return { ...made, durationSeconds, objects, plan, topRung: join(directory, top?.quality ?? "") };
}

async function timedClip(name: string, ...args: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await runFfmpeg([...args, path]);
  return path;
}

/** The times that the tiles show, as their bars say. */
async function shownTimes({ images, objects }: Awaited<ReturnType<typeof imagesOf>>): Promise<number[]> {
  const board = images?.storyboard;
  if (!board) throw new Error("no storyboard");
  const { columns, tiles, tileWidth, tileHeight } = board;
  const times: number[] = [];
  for (let sprite = 0; sprite < spriteCount(board); sprite++) {
    const path = join(folder, "sprite.jpg");
    await writeFile(path, objects.get(`storyboard-${sprite + 1}.jpg`)!);
    const gray = ["-i", path, "-vf", "scale=in_range=pc:out_range=pc,format=gray", "-f", "rawvideo", "-"];
    const options = { encoding: "buffer", maxBuffer: 2 ** 26 } as const;
    const { stdout } = await promisify(execFile)(tools.ffmpeg, ["-v", "error", ...gray], options);
    const width = columns * tileWidth;
    for (let tile = 0; tile < Math.min(MOST_TILES, tiles - sprite * MOST_TILES); tile++) {
      const [left, top] = [(tile % columns) * tileWidth, Math.floor(tile / columns) * tileHeight];
      const digits = Array.from({ length: BARS }, (_, bar) => {
        const x = left + Math.floor(((bar + 0.5) * tileWidth) / BARS);
        return stdout[(top + tileHeight / 2) * width + x]! > 128 ? 2 ** bar : 0;
      });
      times.push(digits.reduce((sum, digit) => sum + digit, 0) * STEP);
    }
  }
  return times;
}

type Film = {
  readonly name: string;
  readonly clip: () => Promise<string>;
  readonly pictureTime: (at: number) => number;
  readonly hasSecondInput?: boolean;
};

const FILMS: readonly Film[] = [
  {
    name: "of 250 s",
    clip: () => timedClip("long.mp4", "-f", "lavfi", "-i", `${TINY}:rate=4:duration=250,${TIMED}`, ...H264),
    pictureTime: (at) => at,
  },
  {
    name: "whose picture begins 3.2 s after its sound",
    clip: () =>
      timedClip(
        "late.ts",
        ...["-itsoffset", "3.2", "-f", "lavfi", "-i", `${TINY}:rate=25:duration=20,${TIMED}`],
        ...["-f", "lavfi", "-i", "sine=duration=23", ...H264, "-c:a", "aac"],
      ),
    pictureTime: (at) => Math.max(0, at - 3.2),
  },
  {
    name: "of variable frame rate, with a still picture of 9 s in it",
    clip: () =>
      timedClip(
        "variable.mkv",
        ...[
          "-f",
          "lavfi",
          "-i",
          `${TINY}:rate=10:duration=12,setpts='if(lt(N,40),N/10,if(lt(N,80),13+(N-40)/20,15+(N-80)/7.5))/TB',${TIMED}`,
        ],
        ...["-fps_mode", "passthrough", ...H264],
      ),
    pictureTime: (at) => (at >= 3.9 && at < 13 ? 3.9 : at),
  },
  {
    name: "whose sound becomes stereo on the way, so that it is read from a second file",
    hasSecondInput: true,
    clip: () => soundChangingClip(folder),
    pictureTime: (at) => at,
  },
];

describe("a storyboard", () => {
  it.each(FILMS)(
    "shows the picture of its time within half a tile, of a film $name",
    async ({ clip, pictureTime, hasSecondInput = false }) => {
      const made = await imagesOf(await clip());
      expect(made.warning).toBeNull();
      expect(made.plan.posterInterval !== null).toBe(hasSecondInput);
      expect(made.images!.posters).toHaveLength(3);
      const { intervalSeconds, tiles } = made.images!.storyboard!;
      const shown = await shownTimes(made);
      expect(shown).toHaveLength(tiles);
      const random = seededRandom(tiles);
      for (let position = 0; position < 10; position++) {
        const at = random() * made.durationSeconds;
        const tile = Math.min(tiles - 1, Math.floor(at / intervalSeconds));
        // The picture of a time may be a frame old, and shows whole tenths.
        const nearest = [at - intervalSeconds / 2, at, at + intervalSeconds / 2].map(pictureTime);
        expect(shown[tile], `at ${at}`).toBeGreaterThanOrEqual(nearest[0]! - STEP - 1 / 4);
        expect(shown[tile], `at ${at}`).toBeLessThanOrEqual(nearest[2]! + STEP);
      }
    },
  );

  it("has one tile of a film of half a second, and a poster", async () => {
    const clip = await timedClip(
      "short.mp4",
      "-f",
      "lavfi",
      "-i",
      "testsrc2=size=320x180:rate=25:duration=0.5",
      ...H264,
    );
    const { images, warning, objects } = await imagesOf(clip);
    expect(warning).toBeNull();
    expect(images).toMatchObject({ id: ID, storyboard: { tiles: 1, columns: 1, intervalSeconds: 1 } });
    expect([...objects.keys()].sort()).toEqual(["poster-1.jpg", "poster-2.jpg", "poster-3.jpg", "storyboard-1.jpg"]);
  });
});

/** The mean colour of a picture as R, G and B. */
async function meanColor(jpeg: Buffer): Promise<number[]> {
  const path = join(folder, "mean.jpg");
  await writeFile(path, jpeg);
  return fieldColors(path, "1:1");
}

describe("posters", () => {
  const BLACK_START =
    "color=black:size=640x360:rate=10:duration=3,format=yuv420p[a];testsrc2=size=640x360:rate=10:duration=7[b];[a][b]concat";

  it("are upright, of the highest rung, and the one with the most detail is the best", async () => {
    const clip = await timedClip("black.mp4", "-f", "lavfi", "-i", `${BLACK_START},transpose=clock`, ...H264);
    const { images, objects, plan } = await imagesOf(clip);
    const { posters, best } = images!;
    expect(plan.tile).toEqual({ width: 90, height: 160 });
    expect(posters.map(({ seconds }) => seconds)).toEqual([1, 3, 5]);
    for (const { width, height } of posters) expect([width, height]).toEqual([plan.poster.width, plan.poster.height]);
    expect(plan.poster.height).toBeGreaterThan(plan.poster.width);
    expect(posters[best - 1]!.bytes).toBe(Math.max(...posters.map(({ bytes }) => bytes)));
    expect(best).toBeGreaterThan(1);
    expect(posters.map(({ bytes }) => bytes)).toEqual([1, 2, 3].map((n) => objects.get(`poster-${n}.jpg`)?.length));
  });

  it("have the colours of the film, as JPEG stores them", async () => {
    const bt709 = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p";
    const tags = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"];
    const color = `color=0x20C040:size=1280x720:rate=10:duration=2,format=rgb24,${bt709}`;
    const clip = await timedClip("green.mp4", "-f", "lavfi", "-i", color, ...H264, ...tags);
    const { objects } = await imagesOf(clip);
    for (const name of ["poster-1.jpg", "storyboard-1.jpg"]) {
      const [red, green, blue] = await meanColor(objects.get(name)!);
      expect(Math.abs(red! - 0x20), name).toBeLessThan(5);
      expect(Math.abs(green! - 0xc0), name).toBeLessThan(5);
      expect(Math.abs(blue! - 0x40), name).toBeLessThan(5);
    }
  });

  it.each([
    ["PQ", "smpte2084"],
    ["HLG", "arib-std-b67"],
  ])("have the tone of the ladder where the source is HDR: %s", async (name, transfer) => {
    const tags = [
      "-color_primaries",
      "bt2020",
      "-color_trc",
      transfer,
      "-colorspace",
      "bt2020nc",
      "-color_range",
      "tv",
    ];
    // From black to white, in colours that bt709 has.
    const levels = "lum='64+876*X/W':cb='512+80*(Y/H-0.5)':cr='512-80*(Y/H-0.5)'";
    const picture = `nullsrc=size=640x360:rate=5:duration=1,format=yuv420p10le,geq=${levels}`;
    const clip = await timedClip(`${name}.mkv`, "-f", "lavfi", "-i", picture, "-c:v", "ffv1", ...tags);
    const { objects, topRung, images } = await imagesOf(clip);
    const path = join(folder, `${name}.jpg`);
    await writeFile(path, objects.get(`poster-${images!.best}.jpg`)!);
    const fields = "32:18";
    const [poster, ladder, source] = await Promise.all([
      fieldColors(path, fields),
      fieldColors(join(topRung, "seg_00001.ts"), fields),
      fieldColors(clip, fields),
    ]);
    const difference = (from: readonly number[]) =>
      poster.reduce((sum, code, index) => sum + Math.abs(code - from[index]!), 0) / poster.length;
    expect(poster).toHaveLength(3 * 32 * 18);
    expect(difference(ladder)).toBeLessThan(3);
    // What the codes of the source would be without a conversion.
    expect(difference(source)).toBeGreaterThan(6);
  });

  it("are taken all along where the length of the film is not known beforehand", async () => {
    const clip = await timedClip("unknown.mp4", "-f", "lavfi", "-i", "testsrc2=size=64x36:rate=5:duration=40", ...H264);
    const changePlan = (plan: VideoLadder): VideoLadder => ({
      ...plan,
      timeline: { ...plan.timeline, durationSeconds: null },
    });
    const { images, warning } = await imagesOf(clip, { changePlan });
    expect(warning).toBeNull();
    expect(images!.posters).toHaveLength(3);
    for (const [index, share] of [0.1, 0.3, 0.5].entries()) {
      expect(Math.abs(images!.posters[index]!.seconds - 40 * share)).toBeLessThanOrEqual(8);
    }
    expect(images!.storyboard).toMatchObject({ tiles: 40 });
  });
});

describe("a fault of an image", () => {
  const small = () => timedClip("fault.mp4", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10:duration=4", ...H264);

  it("is a warning and no image, where all posters are damaged", async () => {
    const damage = async (directory: string) => {
      for (const name of await readdir(directory)) {
        const path = join(directory, name);
        if (name.startsWith("poster")) await truncate(path, Math.floor((await readFile(path)).length / 2));
      }
    };
    expect(await imagesOf(await small(), { damage })).toMatchObject({
      images: null,
      warning: "No poster could be made of this file: upload one.",
      objects: new Map(),
    });
  });

  it("leaves the storyboard out where its small pictures end early", async () => {
    const damage = (directory: string) => truncate(join(directory, "tiles.mjpeg"), 5000);
    const { images, warning, objects } = await imagesOf(await small(), { damage });
    expect(images).toMatchObject({ storyboard: null, posters: [{}, {}, {}] });
    expect(warning).toMatch(/^No storyboard could be made/);
    expect([...objects.keys()].filter((name) => name.startsWith("storyboard"))).toEqual([]);
  });
});
