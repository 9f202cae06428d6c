import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { MEDIA_TOOLS } from "../../../test/fixtures/media/media-tools.ts";
import { sourceAudio, sourceFacts } from "../../../test/fixtures/media/source-facts.ts";
import { planLadder } from "../../media/encode/ladder.ts";
import { makeSteadySound } from "./steady-sound.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "steady-sound-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The ffmpeg at hand under another version. */
async function ffmpegOfVersion(version: string): Promise<string> {
  const path = join(folder, `ffmpeg-${version}`);
  const renamed = `sed 's/^ffmpeg version [^ ]*/ffmpeg version ${version}/' >&2`;
  await writeFile(path, `#!/bin/sh\n{ ${MEDIA_TOOLS.ffmpeg} "$@" 2>&1 >&3 | ${renamed}; } 3>&1\n`, { mode: 0o755 });
  return path;
}

it("refuses sound that changes format in a file whose clock may step, where ffmpeg cannot read it along", async () => {
  const facts = sourceFacts({ container: "mpegts", audio: sourceAudio({ changesFormat: true }) });
  const plan = planLadder(facts, "VIDEO");
  if (plan.kind === "refused") throw new Error(plan.reason);
  const tools = { ...MEDIA_TOOLS, ffmpeg: await ffmpegOfVersion("7.0.2") };
  const request = { sourcePath: join(folder, "source"), plan, facts, tools, signal: new AbortController().signal };
  expect(await makeSteadySound(request)).toMatchObject({
    kind: "refused",
    code: "mixed-recordings",
    reason: expect.stringMatching(/^The sound changes its format on the way/),
  });
});
