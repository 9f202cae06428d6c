// node scripts/docs/player-screenshot.ts: the pictures of docs/player.md, of a part that comes through the whole system.
// The Worker must be built: BUILT_WORKER names its folder (test/e2e/build-worker.ts).
import { join } from "node:path";
import { startStage } from "../../test/browser/player-stage.ts";
import { buildWorker } from "../../test/fixtures/isolates/build-worker.ts";

const ROOT = join(import.meta.dirname, "../..");

const built = join(ROOT, ".ladderlock/screenshot-worker");
await buildWorker(built);
process.env.BUILT_WORKER = built;
const stage = await startStage();
try {
  const { origin } = stage.stack;
  const { page } = await stage.open(`<!doctype html><body style="margin: 0">
    <ladderlock-video controls muted autoplay server="${origin}" video-post-id="${stage.part.videoPostId}"
      style="width: 640px; height: 360px"></ladderlock-video>
    <script type="module" src="${origin}/player-assets/element.js"></script>`);
  await page.setViewportSize({ width: 640, height: 360 });
  await page.waitForFunction("document.querySelector('ladderlock-video').currentTime > 1");
  await page.hover("ladderlock-video");
  await page.click("role=button[name=/^Quality/]");
  await page.screenshot({ path: join(ROOT, "docs/player.png") });
} finally {
  await stage.close();
}
