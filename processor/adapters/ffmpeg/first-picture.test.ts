import { expect, it } from "vitest";
import { findFirstPicture } from "./first-picture.ts";

const track = { streamIndex: 0, packetsBeforeKeyframe: 34 };

/** ffprobe's answer with these times. */
async function firstOf(...lines: readonly string[]) {
  const said = { code: 0, killedBy: null, timedOut: false, pipes: [], stderr: [] };
  return await findFirstPicture(track, [], async () => ({ ...said, stdout: Buffer.from(lines.join("\n")) }));
}

it("finds the first picture of a recording that a second one with an earlier clock follows", async () => {
  expect(await firstOf("9.401000", "9.442711", "1.423222", "1.464933")).toBe(9.401);
});

it("finds none where the decoder shows none", async () => {
  expect(await firstOf("", "N/A")).toBeNull();
});
