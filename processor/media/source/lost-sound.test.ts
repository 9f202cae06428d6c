import { describe, expect, it } from "vitest";
import { sourceFacts } from "../../../test/fixtures/media/source-facts.ts";
import { findSoundLoss, withSoundLoss } from "./lost-sound.ts";
import { PacketScanner } from "./packet-scan.ts";

/** Packets of 20 ms, and one that ends the track. */
function scanOf(seconds: number) {
  const scanner = new PacketScanner({ timesOf: new Set(), maxTimes: 0 });
  for (let i = 0; i <= seconds * 50; i++) scanner.push(`0,${(i / 50).toFixed(6)},N/A,0.020000,K_\n`);
  return scanner.finish().get(0);
}

describe("lost sound", () => {
  it("is what the packets last and the decoder does not give", () => {
    expect(findSoundLoss(scanOf(60), 48)).toEqual({
      missingSeconds: expect.closeTo(12, 6),
      ofSeconds: expect.closeTo(60, 6),
    });
  });

  it("is not a few damaged frames, priming or a slow clock", () => {
    expect(findSoundLoss(scanOf(3), 2.6)).toBeNull();
    expect(findSoundLoss(scanOf(3), 2.4)).not.toBeNull();
    expect(findSoundLoss(scanOf(600), 598)).toBeNull();
    expect(findSoundLoss(scanOf(600), 596)).not.toBeNull();
  });

  it("is not known where the packets do not say how long they last", () => {
    const scanner = new PacketScanner({ timesOf: new Set(), maxTimes: 0 });
    for (let i = 0; i < 100; i++) scanner.push(`0,${i}.000000,N/A,N/A,K_\n`);
    expect(findSoundLoss(scanner.finish().get(0), 3)).toBeNull();
    expect(findSoundLoss(undefined, 3)).toBeNull();
  });

  it("makes a track broken where nearly nothing is left", () => {
    expect(findSoundLoss(scanOf(60), 2.9)).toBe("broken");
    expect(findSoundLoss(scanOf(60), 3.1)).not.toBe("broken");
  });

  it("is reported in a sentence", () => {
    const warningsOf = (missingSeconds: number, ofSeconds: number) =>
      withSoundLoss(sourceFacts({ warnings: ["First."] }), { missingSeconds, ofSeconds }).warnings;
    expect(warningsOf(12.2, 60.01)).toEqual([
      "First.",
      "About 12 s of 60 s of the sound could not be decoded: it is silent there.",
    ]);
    expect(warningsOf(0.97, 9.96)[1]).toBe(
      "About 1.0 s of 10 s of the sound could not be decoded: it is silent there.",
    );
  });
});
