import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convert } from "../../fixtures/media/convert.ts";
import { PROTECTED_CLIPS } from "../../fixtures/media/protected-clips.ts";
import { hasRealClip, realClip } from "../../fixtures/media/real-clips.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "copy-protection-"));
});
afterAll(() => rm(folder, { recursive: true }));

const REFUSED = "The file is copy-protected (encrypted media). Upload a copy without protection.";

describe("refuses a copy-protected file for what it is", () => {
  it.each(Object.entries(PROTECTED_CLIPS))("%s", async (name, make) => {
    const path = join(folder, name.replaceAll(" ", "-"));
    await make(path);
    expect(await convert(path, folder)).toMatchObject({ kind: "refused", reason: REFUSED });
  });

  const REAL = ["m1-fragmented-widevine.mp4", "m2-av1-clearkey.mp4", "m3-clear-then-encrypted.mp4"];
  for (const name of REAL) {
    it.skipIf(!hasRealClip(`faults/${name}`))(name, async () => {
      expect(await convert(realClip(`faults/${name}`), folder)).toMatchObject({ kind: "refused", reason: REFUSED });
    });
  }
});
