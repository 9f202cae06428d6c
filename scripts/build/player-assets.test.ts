import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { buildPlayerAssets } from "./player-assets.mjs";
import { DIST } from "./static-assets.mjs";

describe("the player's modules", () => {
  it.each([
    ["watch-assets/session-refresh.js", 3000],
    ["player-assets/attach.js", 6000],
    ["player-assets/element.js", 12000],
  ])("%s has at most %i bytes with gzip, without hls.js", async (path, most) => {
    await buildPlayerAssets();
    const script = readFileSync(join(DIST, path));
    expect(gzipSync(script, { level: 9 }).byteLength).toBeLessThanOrEqual(most);
    // The element loads it when it starts.
    expect(script.toString().match(/import[^;]{0,40}hls\.js/g) ?? []).toEqual(
      path.endsWith("element.js") ? ['import("./hls.js'] : [],
    );
  });
});
