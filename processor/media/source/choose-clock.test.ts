import { describe, expect, it } from "vitest";
import { chooseClock, clockThresholds } from "./choose-clock.ts";
import { ClockReader } from "./clock-reading.ts";
import { PacketLines } from "./packet-lines.ts";
import { PacketScanner } from "./packet-scan.ts";

const TRACKS = {
  ...{ picture: 0, sound: 1, originSeconds: 0, frameSeconds: 0.04, reorderSeconds: 0 },
  maxTimes: 10_000,
};

type Span = { readonly from: number; readonly to: number };

/** Packets of a recording in the order of a file: pictures at 25, sound at 50 a second, of which each may lack a part. */
function recording({ from, to }: Span, lacks: { picture?: Span; sound?: Span } = {}): string[] {
  const inside = (time: number, span?: Span) => span !== undefined && time >= span.from && time < span.to;
  const lines: string[] = [];
  for (let n = 0; from + n * 0.02 < to - 1e-9; n++) {
    const time = from + n * 0.02;
    const at = time.toFixed(6);
    if (!inside(time, lacks.sound)) lines.push(`1,${at},${at},0.020000,K_,`);
    if (n % 2 === 0 && !inside(time, lacks.picture)) lines.push(`0,${at},${at},0.040000,__,`);
  }
  return lines;
}

function readings(lines: readonly string[], thresholds?: readonly number[]) {
  const scanner = new PacketScanner({ timesOf: new Set([0]), maxTimes: 10_000 });
  for (const line of lines) scanner.push(`${line}\n`);
  const found = thresholds ?? clockThresholds([...scanner.finish().values()]);
  return found.map((seconds) => {
    const reader = new ClockReader(TRACKS, seconds);
    const packets = new PacketLines((packet) => reader.packet(packet));
    for (const line of lines) packets.push(`${line}\n`);
    packets.end();
    return reader.finish();
  });
}

const choose = (lines: readonly string[]) => chooseClock(readings(lines), 0);

describe("the threshold for clock steps", () => {
  it("is ffmpeg's own where recordings follow each other", () => {
    const joined = [...recording({ from: 100, to: 104 }), ...recording({ from: 3600, to: 3603 })];
    const chosen = choose(joined);
    expect(chosen).toMatchObject({ kind: "chosen", reading: { thresholdSeconds: 10, apartSeconds: 0 }, warnings: [] });
    const { reading } = chosen as Extract<typeof chosen, { kind: "chosen" }>;
    expect(reading.scans.get(0)?.endSeconds).toBeCloseTo(107, 2);
    expect(reading.joins).toHaveLength(1);
  });

  it("is small for short clips whose last picture is read after the sound of the next has started", () => {
    const [first, second] = [recording({ from: 0, to: 4 }), recording({ from: 0, to: 4 })];
    const last = first.findLast((line) => line.startsWith("0,")) ?? "";
    const joined = [...first.filter((line) => line !== last), ...second.slice(0, 1), last, ...second.slice(1)];
    const [plain] = readings(joined, [10]);
    // What ffmpeg makes of it by itself: four seconds in which nothing happens.
    expect(plain?.emptySeconds).toBeGreaterThan(3.8);
    const chosen = choose(joined);
    expect(chosen).toMatchObject({
      kind: "chosen",
      reading: { thresholdSeconds: 1, emptySeconds: 0, apartSeconds: 0 },
    });
    const { reading } = chosen as Extract<typeof chosen, { kind: "chosen" }>;
    expect(reading.scans.get(0)?.endSeconds).toBeCloseTo(8, 1);
  });

  it.each([
    ["picture", "The picture is missing for 12.0 s: its last frame stays."],
    ["sound", "The sound is missing for 12.0 s: it is silent there."],
  ])("is above a hole in one track, which stays, with a warning: %s", (track, warning) => {
    const broken = recording({ from: 0, to: 20 }, { [track]: { from: 4, to: 16 } });
    expect(readings(broken, [10])[0]?.apartSeconds).toBeGreaterThan(3);
    const chosen = choose(broken);
    expect(chosen).toMatchObject({ kind: "chosen", reading: { thresholdSeconds: 13, apartSeconds: 0 } });
    expect(chosen).toMatchObject({ warnings: [warning] });
  });

  it("is above a hole in the picture where the file stores the sound a second later", () => {
    const lines = recording({ from: 0, to: 30 }, { picture: { from: 4, to: 16 } });
    const storedAt = (line: string) => Number(line.split(",")[2]) + (line.startsWith("1,") ? 1 : 0);
    const chosen = choose(lines.toSorted((a, b) => storedAt(a) - storedAt(b)));
    expect(chosen).toMatchObject({
      kind: "chosen",
      warnings: ["The picture is missing for 12.0 s: its last frame stays."],
    });
  });

  it("does not exist for a hole in one track beside another clock that is less ahead", () => {
    const lost = recording({ from: 0, to: 40 }, { picture: { from: 4, to: 34 } });
    expect(choose([...lost, ...recording({ from: 61, to: 65 })])).toMatchObject({
      kind: "refused",
      code: "mixed-recordings",
      reason: expect.stringMatching(
        /^The file was joined from recordings whose sound and picture cannot be kept together/,
      ),
    });
  });

  it("is not raised above the clock of another recording", () => {
    const joined = [...recording({ from: 0, to: 2 }), ...recording({ from: 20_000, to: 20_002 })];
    const scanner = new PacketScanner({ timesOf: new Set([0]), maxTimes: 100 });
    for (const line of joined) scanner.push(`${line}\n`);
    expect(clockThresholds([...scanner.finish().values()])).toEqual([10, 4, 1, 0.3]);
  });
});
