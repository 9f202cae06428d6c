import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Quality } from "../../../shared/domain/quality/quality.ts";
import {
  decodeOneEarlier,
  firstHalf,
  shiftTimes,
  withoutKeyframe,
  withoutPackets,
} from "../../../test/fixtures/media/damage-segment.ts";
import { makeSmallLadder, type SmallLadder, type SmallSegment } from "../../../test/fixtures/media/small-ladder.ts";
import { CLOCK_TICKS } from "../segments/segment-times.ts";
import { type ExpectedMedia, expectMedia, expectStored } from "./expected-media.ts";
import { MediaCheck } from "./media-check.ts";
import { IMPORTED_LADDER, type MediaTolerances, OWN_LADDER, STORED_LADDER } from "./media-tolerances.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

let folder: string;
let ladder: SmallLadder;
/** Segments of 6, 6 and 2 seconds. */
let segments: readonly SmallSegment[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "media-check-"));
  ladder = await makeSmallLadder(folder, { size: "160x90", seconds: 14, sound: true, frameRate: "15" });
  segments = ladder.rungs.get("360p")!;
});
afterAll(() => rm(folder, { recursive: true }));

/** As the transcode job, the encrypt job and the re-key job look at a ladder. */
type Way = {
  readonly expected: () => ExpectedMedia;
  readonly tolerances: MediaTolerances;
  readonly claims: "start" | "duration";
};
const frameRate = { numerator: 15, denominator: 1 };
const STORED = () => expectStored({ hasPicture: true, hasSound: true, frameRate });
const TRANSCODE: Way = { expected: () => expectMedia(ladder.plan), tolerances: OWN_LADDER, claims: "start" };
const ENCRYPT: Way = { expected: STORED, tolerances: STORED_LADDER, claims: "duration" };
const RE_KEY: Way = { expected: STORED, tolerances: IMPORTED_LADDER, claims: "duration" };

type Rung = readonly SmallSegment[];

function check(way: Way, rungs: Readonly<Partial<Record<Quality, Rung>>>, count?: number, order = [0, 1, 2, 3]) {
  const entries = Object.entries(rungs) as [Quality, Rung][];
  const check = new MediaCheck(
    entries.map(([quality]) => ({ quality, expected: way.expected() })),
    way.tolerances,
  );
  for (const index of order) {
    for (const [quality, rung] of entries) {
      const segment = rung[index];
      if (!segment) continue;
      const startSeconds = way.claims === "start" ? segment.startSeconds : null;
      const durationSeconds = way.claims === "duration" ? segment.durationSeconds : null;
      check.read(quality, index, segment.bytes, { startSeconds, durationSeconds });
    }
  }
  return check.finish(new Map(entries.map(([quality, rung]) => [quality, count ?? rung.length])));
}

function faultOf(verdict: ReturnType<typeof check>): string | null {
  return verdict.kind === "failed" ? verdict.fault : null;
}

/** The ladder with the bytes of some segments changed: numbers as people count. */
function changed(changes: Readonly<Record<number, (bytes: Buffer) => Buffer>>): Rung {
  return segments.map((segment, index) => ({
    ...segment,
    bytes: changes[index + 1]?.(segment.bytes) ?? segment.bytes,
  }));
}

/** A rung that says of its segments what they should say, and holds the bytes of others. */
function holding(...numbers: readonly number[]): Rung {
  return numbers.map((number, index) => ({ ...segments[index]!, bytes: segments[number - 1]!.bytes }));
}

describe.each([
  ["the transcode job", TRANSCODE],
  ["the encrypt job", ENCRYPT],
  ["the re-key job", RE_KEY],
])("the media check of %s", (_name, way) => {
  it("passes a ladder of two rungs, in any order, and returns the length of each segment", () => {
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
    ]) {
      const verdict = check(way, { "480p": segments, "360p": segments }, 3, order);
      expect(verdict).toEqual({
        kind: "passed",
        durations: new Map([
          ["480p", [6, 6, 2]],
          ["360p", [6, 6, 2]],
        ]),
        frames: 210,
        start: 126_000,
      });
    }
  });

  const later =
    (milliseconds: number, ...tracks: ("picture" | "sound")[]) =>
    (bytes: Buffer) =>
      shiftTimes(bytes, milliseconds, tracks.length > 0 ? tracks : ["picture", "sound"]);
  it.each([
    [
      "two segments are swapped",
      () => holding(1, 3, 2),
      /^segment 2 of 360p leaves a hole of 6\.0\d s in the (picture|sound) before it$/,
    ],
    ["one is repeated", () => holding(1, 1, 3), /^segment 2 of 360p overlaps the picture before it by 5\.93 s$/],
    [
      "the sound of one is 200 ms late",
      () => changed({ 2: later(200, "sound") }),
      /^segment 2 of 360p leaves a hole of 0\.20 s in the sound before it$/,
    ],
    [
      "the sound of one is 200 ms early",
      () => changed({ 2: later(-200, "sound") }),
      /^segment 2 of 360p overlaps the sound before it by 0\.20 s$/,
    ],
    [
      "the sound of the last is 200 ms late",
      () => changed({ 3: later(200, "sound") }),
      /^segment 3 of 360p leaves a hole of 0\.20 s in the sound before it$/,
    ],
    [
      "one is missing, and its name with it",
      () => [segments[0]!, { ...segments[2]!, startSeconds: 6 }],
      /^segment (1|2) of 360p|^the segment/,
    ],
    [
      "the times of one go back",
      () => changed({ 3: later(-7000) }),
      /^segment 3 of 360p overlaps the picture before it by /,
    ],
    ["the pictures of one are 400 ms late", () => changed({ 2: later(400, "picture") }), /^segment [123] of 360p /],
    [
      "decoding times go back inside one",
      () => changed({ 2: (bytes) => decodeOneEarlier(bytes, 20) }),
      /^segment 2 of 360p has pictures whose decoding times go backwards$/,
    ],
    ["one is cut off in its middle", () => changed({ 2: firstHalf }), /^segment (2|3) of 360p /],
    ["the last is cut off in its middle", () => changed({ 3: firstHalf }), /^segment 3 of 360p /],
    [
      "one is cut off inside a packet",
      () => changed({ 2: (bytes) => bytes.subarray(0, 1000) }),
      /^segment 2 of 360p is cut off inside a packet$/,
    ],
    [
      "one does not begin with a keyframe",
      () => changed({ 2: withoutKeyframe }),
      /^segment 2 of 360p does not begin with a keyframe$/,
    ],
  ])("refuses a ladder of which %s", (_what, damaged, fault) => {
    expect(faultOf(check(way, { "360p": damaged() }))).toMatch(fault);
  });

  it("refuses a ladder of which a segment is missing", () => {
    expect(faultOf(check(way, { "360p": segments }, 3, [0, 2]))).toBe("segment 2 of 360p is missing");
  });
});

describe("the media check of the transcode job", () => {
  it("refuses a segment that stands elsewhere than ffmpeg has announced", () => {
    const rung = segments.map((segment, index) => (index === 1 ? { ...segment, startSeconds: 6.5 } : segment));
    expect(faultOf(check(TRANSCODE, { "360p": rung }))).toBe("segment 2 of 360p begins 0.50 s before its place");
  });

  it("refuses a segment that lacks packets, or does not continue the one before it", () => {
    const lacking = changed({ 2: (bytes) => withoutPackets(bytes, 2) });
    expect(faultOf(check(TRANSCODE, { "360p": lacking }))).toBe("segment 2 of 360p lacks packets in its middle");
    const shorter = changed({ 1: (bytes) => bytes.subarray(0, bytes.length - 188) });
    expect(faultOf(check(TRANSCODE, { "360p": shorter }))).toMatch(
      /^segment [12] of 360p (does not continue|is cut off)/,
    );
  });

  it("refuses decoding times from before the beginning of the clock, which players take for the end of it", () => {
    const earlier = (bytes: Buffer) => shiftTimes(bytes, -1350);
    const rung = changed({ 1: earlier, 2: earlier, 3: earlier });
    expect(faultOf(check(TRANSCODE, { "360p": rung }))).toBe(
      "segment 1 of 360p has decoding times from before the beginning of the clock",
    );
  });

  it("refuses sound and picture that begin apart, though all segments agree", () => {
    const late = (tracks: readonly ("picture" | "sound")[]) => {
      const shift = (bytes: Buffer) => shiftTimes(bytes, 200, tracks);
      return faultOf(check(TRANSCODE, { "360p": changed({ 1: shift, 2: shift, 3: shift }) }));
    };
    expect(late(["sound"])).toBe("segment 1 of 360p has sound that begins 0.18 s too late");
    expect(late(["picture"])).toMatch(
      /^segment 1 of 360p has a picture that begins 0\.20 s too late|where the file has none$/,
    );
  });

  it("refuses sound that ends elsewhere than planned", () => {
    const plan = { ...ladder.plan, timeline: { ...ladder.plan.timeline, durationSeconds: 15 } } as typeof ladder.plan;
    const way = { ...TRANSCODE, expected: () => expectMedia(plan) };
    expect(faultOf(check(way, { "360p": segments }))).toMatch(/^360p has sound that ends 0\.9\d s too early$/);
  });

  it("refuses rungs that are not cut at the same places, or end apart", () => {
    const shift = (bytes: Buffer) => shiftTimes(bytes, 40);
    const rung = changed({ 1: shift, 2: shift, 3: shift }).map((segment) => ({
      ...segment,
      startSeconds: segment.startSeconds + 0.04,
    }));
    const way = { ...TRANSCODE, expected: STORED };
    expect(faultOf(check(way, { "480p": segments, "360p": rung }))).toBe(
      "segment 1 of 360p begins 0.04 s after that of 480p",
    );
  });

  it("refuses a frame that the source does not announce, and passes one that it lacks", () => {
    const { plan } = ladder;
    if (plan.kind !== "video") throw new Error("a video");
    const announced = (frameTimes: Float64Array) => {
      const way = { ...TRANSCODE, expected: () => expectMedia({ ...plan, source: { ...plan.source, frameTimes } }) };
      return faultOf(check(way, { "360p": segments }));
    };
    const times = [...plan.source.frameTimes];
    expect(announced(Float64Array.from(times.filter((_, frame) => frame !== 111)))).toBe(
      "segment 2 of 360p has a picture at 7.40 s, where the file has none",
    );
    expect(announced(Float64Array.from([...times, 7.43]).sort())).toBeNull();
  });
});

describe("the media check of the encrypt job", () => {
  it.each([
    [
      "the first",
      1,
      6.002,
      "segment 2 of 360p does not fit: the segment before it lasts 6.000 s, but its playlist says 6.002 s",
    ],
    ["one", 2, 5, "segment 3 of 360p does not fit: the segment before it lasts 6.000 s, but its playlist says 5.000 s"],
    ["the last", 3, 2.5, "segment 3 of 360p lasts 2.000 s, but its playlist says 2.500 s"],
  ])("refuses a playlist that is wrong about %s", (_name, number, durationSeconds, fault) => {
    const rung = segments.map((segment, index) => (index + 1 === number ? { ...segment, durationSeconds } : segment));
    expect(faultOf(check(ENCRYPT, { "360p": rung }))).toBe(fault);
  });
});

describe("the media check of the re-key job", () => {
  it("passes durations in whole seconds, times beyond the end of the clock, and rungs that are cut elsewhere", () => {
    const toTheEnd = Math.round(CLOCK_TICKS / 90 - 9000);
    const rung = changed({
      1: (bytes) => shiftTimes(bytes, toTheEnd),
      2: (bytes) => shiftTimes(bytes, toTheEnd),
      3: (bytes) => shiftTimes(bytes, toTheEnd),
    }).map((segment, index) => ({ ...segment, durationSeconds: [7, 6, 2][index]! }));
    expect(check(RE_KEY, { "480p": rung, "360p": segments })).toMatchObject({
      durations: new Map([
        ["480p", [6, 6, 2]],
        ["360p", [6, 6, 2]],
      ]),
    });
  });

  it("refuses a duration that no rounding explains", () => {
    const rung = segments.map((segment, index) => (index === 0 ? { ...segment, durationSeconds: 8 } : segment));
    expect(faultOf(check(RE_KEY, { "360p": rung }))).toMatch(/^segment 2 of 360p does not fit/);
  });
});
