import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { shiftTimes, withoutKeyframe, withoutPackets } from "../../../test/fixtures/media/damage-segment.ts";
import { probeLines } from "../../../test/fixtures/media/generate-clip.ts";
import { makeSmallLadder, type SmallSegment } from "../../../test/fixtures/media/small-ladder.ts";
import { seededRandom } from "../../../test/fixtures/seeded-random.ts";
import { SegmentReader } from "./segment-reader.ts";
import { CLOCK_TICKS, type SegmentTimes } from "./segment-times.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
let segments: readonly SmallSegment[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "segment-reader-"));
  const ladder = await makeSmallLadder(folder, { size: "160x90", seconds: 13, sound: true, frameRate: "15" });
  segments = ladder.rungs.get("360p")!;
});
afterAll(() => rm(folder, { recursive: true }));

const reader = new SegmentReader();

function timesOf(bytes: Uint8Array): SegmentTimes {
  const reading = reader.read(bytes);
  if (reading.kind === "damaged") throw new Error(reading.fault);
  return reading.times;
}

/** What ffprobe reads of a track, in ticks. */
async function packets(path: string, track: "v" | "a") {
  const lines = await probeLines(path, "-select_streams", `${track}:0`, "-show_entries", "packet=pts,dts,duration");
  return lines.map(([pts, dts, duration]) => ({ pts: Number(pts), dts: Number(dts), duration: Number(duration) }));
}

describe("a segment of a ladder", () => {
  it("has the times that ffprobe finds in it, to the tick", async () => {
    for (const { bytes } of segments) {
      const path = join(folder, "segment.ts");
      await writeFile(path, bytes);
      const pictures = await packets(path, "v");
      const sounds = await packets(path, "a");
      const shown = pictures.map(({ pts }) => pts).toSorted((a, b) => a - b);
      expect(timesOf(bytes)).toMatchObject({
        picture: {
          ...{
            frames: pictures.length,
            firstPts: shown[0],
            lastPts: shown.at(-1),
            smallestGap: 6000,
            largestGap: 6000,
          },
          ...{ firstDts: pictures[0]!.dts, lastDts: pictures.at(-1)!.dts, ordered: true, keyframeFirst: true },
        },
        sound: {
          ...{ frames: sounds.length, firstPts: sounds[0]!.pts, endPts: sounds.at(-1)!.pts + 1920, frameTicks: 1920 },
          ...{ largestHole: 0, largestOverlap: 0, whole: true },
        },
        lostPackets: false,
      });
      expect([...reader.pictureTimes]).toEqual(shown);
      expect(pictures.some(({ pts, dts }) => pts > dts)).toBe(true);
    }
  });

  it("continues over the end of the 33-bit clock", () => {
    const { bytes, startSeconds } = segments[1]!;
    const plain = timesOf(bytes);
    const toTheEnd = CLOCK_TICKS / 90 - (startSeconds + 1.4 + 3) * 1000;
    const moved = timesOf(shiftTimes(bytes, Math.round(toTheEnd)));
    const by = moved.picture!.firstPts - plain.picture!.firstPts;
    expect(moved.picture!.lastPts).toBeGreaterThan(CLOCK_TICKS);
    expect(moved.picture).toEqual({
      ...plain.picture,
      firstPts: plain.picture!.firstPts + by,
      lastPts: plain.picture!.lastPts + by,
      firstDts: plain.picture!.firstDts + by,
      lastDts: plain.picture!.lastDts + by,
    });
    expect(moved.sound!.endPts - moved.sound!.firstPts).toBe(plain.sound!.endPts - plain.sound!.firstPts);
  });

  it("shows that packets are missing, and that its first picture is no keyframe", () => {
    const { bytes } = segments[0]!;
    expect(timesOf(withoutPackets(bytes, 3)).lostPackets).toBe(true);
    expect(timesOf(withoutKeyframe(bytes)).picture?.keyframeFirst).toBe(false);
  });
});

describe("what is no segment", () => {
  it.each([
    ["nothing", Buffer.alloc(0), "is empty"],
    ["half a packet", Buffer.alloc(94, 0x47), "is cut off inside a packet"],
    ["zeros", Buffer.alloc(1880), "holds bytes that are no MPEG-TS"],
    [
      "packets without tables",
      Buffer.alloc(1880, Buffer.from([0x47, 0x1f, 0xff, 0x10])),
      "does not say which tracks it has",
    ],
  ])("is named: %s", (_name, bytes, fault) => {
    expect(reader.read(bytes)).toEqual({ kind: "damaged", fault });
  });

  const seeds = Array.from({ length: process.env.LONG_TESTS === "1" ? 2000 : 200 }, (_, seed) => seed);
  it("is read or refused, whatever the bytes are", () => {
    for (const seed of seeds) {
      const random = seededRandom(seed);
      const bytes = damaged(segments[seed % segments.length]!.bytes, random);
      const reading = new SegmentReader().read(bytes);
      if (reading.kind === "damaged") expect(reading.fault).toMatch(/^(is|has|holds|does not) /);
      else for (const value of numbersOf(reading.times)) expect(Number.isFinite(value), `seed ${seed}`).toBe(true);
    }
  });
});

/** Bytes of chance, or a segment of which bytes were changed, packets moved, repeated or lost. */
function damaged(segment: Uint8Array, random: () => number): Buffer {
  const upTo = (limit: number) => Math.floor(random() * limit);
  const packets = segment.length / 188;
  if (random() < 0.1) return Buffer.from(Array.from({ length: 188 * (1 + upTo(30)) }, () => upTo(256)));
  const copy = Buffer.from(segment);
  const headersAlone = random() < 0.5;
  for (let n = upTo(300); n > 0; n--) {
    const at = upTo(packets) * 188 + (headersAlone ? 1 + upTo(30) : upTo(188));
    copy[at] = upTo(256);
  }
  for (let n = upTo(4); n > 0; n--) copy.copyWithin(upTo(packets) * 188, upTo(packets) * 188);
  return copy.subarray(0, random() < 0.3 ? upTo(copy.length) : copy.length);
}

function numbersOf(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(numbersOf) : [];
}
