import { describe, expect, it } from "vitest";
import { sourceFacts } from "../../../test/fixtures/media/source-facts.ts";
import { damagedSound, findSoundLoss, skippedSound, withSoundLoss } from "./lost-sound.ts";
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

  it("counts packets that were dropped before they reached the decoder", () => {
    expect(findSoundLoss(scanOf(40), 40, 20)).toEqual({
      missingSeconds: expect.closeTo(20, 6),
      ofSeconds: expect.closeTo(60, 6),
    });
    expect(findSoundLoss(scanOf(40), 40, 0.1)).toBeNull();
  });

  it("is not the hole after a packet that MP4 stretches over it", () => {
    const scanner = new PacketScanner({ timesOf: new Set(), maxTimes: 0 });
    for (let i = 0; i < 100; i++)
      scanner.push(`0,${(i / 50 + (i > 50 ? 2 : 0)).toFixed(6)},N/A,${i === 50 ? 2.02 : 0.02},K_\n`);
    expect(findSoundLoss(scanner.finish().get(0), 2)).toBeNull();
  });

  it("is damage where a decoder made up what was missing, and shortens a file that has no times", () => {
    expect(damagedSound(scanOf(60), 48)).toBe("About 12 s of 60 s of the sound is damaged: it may be distorted there.");
    expect(damagedSound(scanOf(60), 1)).toBe("Most of the sound is damaged: it may be distorted there.");
    expect(damagedSound(scanOf(60), 60)).toBeNull();
    expect(skippedSound(1.04)).toBe("About 1.0 s of the sound is damaged or missing: what follows comes earlier.");
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
