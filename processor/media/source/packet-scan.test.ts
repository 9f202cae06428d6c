import { describe, expect, it } from "vitest";
import { PacketScanner } from "./packet-scan.ts";

function scan(text: string, chunkSize = text.length, maxTimes = 1000) {
  const scanner = new PacketScanner({ timesOf: new Set([0]), maxTimes });
  for (let i = 0; i < text.length; i += chunkSize) scanner.push(text.slice(i, i + chunkSize));
  return scanner.finish();
}

const REORDERED = "0,0.066733,0.000000,0.033367,K_\n0,0.200200,0.033367,0.033367,__\n0,0.133467,0.066733,0.033367,__\n";

describe("a scan of packets", () => {
  it("sorts presentation times and finds both ends", () => {
    expect(scan(REORDERED).get(0)).toEqual({
      packets: 3,
      frames: 3,
      firstSeconds: 0.066733,
      lastSeconds: 0.2002,
      endSeconds: 0.2002 + 0.033367,
      times: Float64Array.of(0.066733, 0.133467, 0.2002),
      packetsBeforeKeyframe: 0,
      steps: false,
      longestGapSeconds: 0,
      firstNumber: 0,
      lastNumber: 2,
      endKnown: true,
      coveredSeconds: 0.066733,
      timed: true,
    });
  });

  it("is the same whatever the chunks are", () => {
    expect(scan(REORDERED, 7)).toEqual(scan(REORDERED));
  });

  it("reads a last line without a line feed, empty lines and trailing commas", () => {
    expect(scan("\n1,1.514089,1.514089,0.026122,K_,\n\n1,1.540211,1.540211,0.026122,K_,").get(1)?.packets).toBe(2);
  });

  it("uses the decode time where there is no presentation time", () => {
    expect(scan("0,N/A,0.500000,N/A,K_\n").get(0)?.firstSeconds).toBe(0.5);
  });

  it("leaves out packets that an edit list hides", () => {
    expect(scan("0,-0.100000,-0.100000,0.033000,KD\n0,0.000000,0.000000,0.033000,__\n").get(0)?.packets).toBe(1);
  });

  it("sees a clock that starts again, one that goes back a little, and a track that begins far from the others", () => {
    const steps = (text: string, stream = 0) => scan(text).get(stream)?.steps;
    expect(steps("0,100.0,100.0,0.04,K_\n0,100.04,100.04,0.04,__\n0,1.4,1.4,0.04,K_\n")).toBe(true);
    expect(steps("0,3.96,3.96,0.04,K_\n0,0.0,0.0,0.04,K_\n")).toBe(true);
    expect(steps("0,0.0,0.0,0.04,K_\n1,20.0,20.0,0.04,K_\n", 1)).toBe(true);
    expect(steps("0,0.0,0.0,0.04,K_\n0,0.04,0.04,0.04,__\n0,2.0,2.0,0.04,__\n")).toBe(false);
  });

  it("counts a hidden reference frame and the frame that it is stored with as one", () => {
    // VP8 with an alternate reference frame at 0.603.
    const vp8 = "0,0.563,0.563,0.04,K_\n0,0.603,0.603,0.04,__\n0,0.603,0.603,0.04,__\n0,0.643,0.643,0.04,__\n";
    expect(scan(vp8).get(0)).toMatchObject({ packets: 4, frames: 3, times: Float64Array.of(0.563, 0.603, 0.643) });
    // VP9, a millisecond apart by rounding.
    const vp9 = "0,0.0,0.0,0.041,K_\n0,0.041,0.041,0.041,__\n0,0.042,0.042,0.041,__\n0,0.083,0.083,0.041,__\n";
    expect(scan(vp9).get(0)?.times).toEqual(Float64Array.of(0, 0.042, 0.083));
  });

  it("keeps every frame of a camera of a thousand frames a second", () => {
    const lines = Array.from({ length: 10 }, (_, i) => `0,${i / 1000},${i / 1000},0.001,K_`);
    expect(scan(lines.join("\n")).get(0)?.frames).toBe(10);
  });

  it("lets packets without a time follow the one before", () => {
    const found = scan("0,3.96,3.96,0.04,K_\n0,N/A,N/A,0.04,__\n0,N/A,N/A,0.04,__\n").get(0);
    expect(found).toMatchObject({ frames: 3, endKnown: false, timed: true });
    expect(found?.endSeconds).toBeCloseTo(4.08, 6);
  });

  it("starts an elementary stream, which has no times, at zero", () => {
    const found = scan("0,N/A,N/A,0.04,K_\n0,N/A,N/A,0.04,__\n").get(0);
    expect(found).toMatchObject({ frames: 2, firstSeconds: 0, endSeconds: 0.08, timed: false });
  });

  it("counts what comes before the first keyframe", () => {
    expect(scan("0,0.0,0.0,0.04,__\n0,0.04,0.04,0.04,__\n0,0.08,0.08,0.04,K_\n").get(0)?.packetsBeforeKeyframe).toBe(2);
    expect(scan("0,0.0,0.0,0.04,__\n").get(0)?.packetsBeforeKeyframe).toBeNull();
  });

  it("keeps the times of pictures only, and so many at most, but counts all packets", () => {
    const found = scan("0,0.0,0.0,0.1,K_\n0,0.1,0.1,0.1,__\n0,0.2,0.2,0.1,__\n1,0.0,0.0,0.1,K_\n", 1000, 2);
    expect(found.get(0)).toMatchObject({ packets: 3, times: Float64Array.of(0, 0.1) });
    expect(found.get(1)).toMatchObject({ packets: 1, times: new Float64Array() });
  });

  it("adds up what packets last, without holes and overlaps, and without the last one", () => {
    const covered = (text: string) => scan(text).get(1)?.coveredSeconds;
    // AAC in Matroska: 21.33 ms each, in milliseconds.
    expect(covered("1,0.0,0.0,0.021,K_\n1,0.021,0.021,0.021,K_\n1,0.043,0.043,0.021,K_\n")).toBeCloseTo(0.043, 6);
    expect(covered("1,0.0,0.0,0.02,K_\n1,5.0,5.0,0.02,K_\n1,5.02,5.02,0.02,K_\n")).toBeCloseTo(0.04, 6);
    expect(covered("1,9.0,9.0,0.02,K_\n1,0.0,0.0,0.02,K_\n1,0.01,0.01,0.02,K_\n")).toBeCloseTo(0.03, 6);
    // Damaged MP3 in Matroska, whose headers cannot be read.
    expect(covered("1,0.0,0.0,0.02,K_\n1,0.02,0.02,N/A,K_\n1,0.04,0.04,N/A,K_\n")).toBeCloseTo(0.04, 6);
    expect(covered("1,0.0,0.0,N/A,K_\n1,0.02,0.02,N/A,K_\n1,0.04,0.04,N/A,K_\n")).toBe(0);
  });
});
