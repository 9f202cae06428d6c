import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { bodyOf } from "../../client/index.ts";
import { startProcessor } from "../e2e/processor-process.ts";
import type { Part, Stack } from "../e2e/stack.ts";
import { BROWSER_PLAYERS, type BrowserPlayer, HLS_JS, SHAKA, VIDEO_JS } from "./browser-players.ts";
import { openPlayerStage, type PlayerStage } from "./player-stage.ts";
import type { PlayerTab } from "./player-tab.ts";
import { rotate } from "./rotations.ts";

/* What continues to play when keys are no longer served, and for how long: the times that docs/security.md states. */

/** Longer than what video.js looks ahead, half a minute, and all that happens here. */
const SECONDS = 72;
const KEY_MAX_AGE_SECONDS = 4;
const SEGMENT_SECONDS = 6;

let stage: PlayerStage | undefined;
let stack: Stack;
let part: Part;

beforeAll(async () => {
  const settings = {
    KEY_GRACE_SECONDS: "0",
    KEY_MAX_AGE_SECONDS: String(KEY_MAX_AGE_SECONDS),
    SEGMENT_CACHE_SECONDS: "0",
  };
  stage = await openPlayerStage({ settings, clip: { size: "480x480", frameRate: "10", seconds: SECONDS } });
  ({ stack, part } = stage);
});

afterEach(() => stage?.closeTabs());

afterAll(() => stage?.stop());

/** Slow enough that a rotation on a slow machine ends before most of the video is requested. */
const SLOWLY = 0.1;

/** Has asked for the key of 360p and for no other. */
async function watching(player: BrowserPlayer): Promise<PlayerTab> {
  const { masterUrl } = await stack.token(part);
  const tab = await stage!.openTab(player, masterUrl, true);
  await tab.play(0.5);
  await tab.passes(0.5);
  return tab;
}

/** Plays on, faster, until nothing moves, which must be before the end and where the buffer ended. */
async function expectToEndWithItsBuffer(tab: PlayerTab): Promise<void> {
  const { bufferedTo } = await tab.state();
  await tab.play(4);
  const end = await tab.standsStill();
  // One segment may be half in the buffer, another on its way.
  expect(end).toBeLessThanOrEqual(bufferedTo + 2 * SEGMENT_SECONDS);
  expect(end).toBeLessThan(SECONDS - 1);
  expect((await tab.state()).ended).toBe(false);
}

async function collectGarbageNow(): Promise<void> {
  const collection = await startProcessor(stack, { GC_MIN_AGE_HOURS: "0" }, ["gc"]);
  expect(await collection.exit).toBe(0);
  await collection.stop();
}

const oldSegmentsAreThere = async (tab: PlayerTab) => (await fetch(tab.segmentAnswers[0]!.url)).status === 200;

it("a rotation without grace ends a player that comes for every segment's key when keys in caches have ended", async () => {
  const tab = await watching(VIDEO_JS);
  const key = await fetch(tab.keyAnswers[0]!.url);
  expect(key.headers.get("cache-control")).toBe(`private, max-age=${KEY_MAX_AGE_SECONDS}`);
  await tab.play(SLOWLY);
  await rotate(stack, part, "SUCCEEDED");
  await sleep(KEY_MAX_AGE_SECONDS * 1000);
  const { position, bufferedTo } = await tab.state();
  expect(bufferedTo - position).toBeLessThan(60);
  await expectToEndWithItsBuffer(tab);
  await expect.poll(() => tab.refusals).toContain("410 /video/enc/key");
});

it("a rotation without grace ends players that keep their keys when the old segments are deleted", async () => {
  const keepers = await Promise.all([HLS_JS, SHAKA].map(watching));
  await Promise.all(keepers.map((tab) => tab.play(SLOWLY)));
  await rotate(stack, part, "SUCCEEDED");
  for (const tab of keepers) {
    const { bufferedTo } = await tab.state();
    await tab.play(2);
    await tab.passes(bufferedTo + SEGMENT_SECONDS);
    await tab.play(0.5);
    expect(tab.refusals).toEqual([]);
  }
  await collectGarbageNow();
  await expect.poll(() => oldSegmentsAreThere(keepers[0]!), { timeout: 30_000 }).toBe(false);
  await Promise.all(keepers.map(expectToEndWithItsBuffer));
  // A player that reads its playlist again finds that gone too.
  for (const tab of keepers) await expect.poll(() => tab.refusals.at(-1)).toMatch(/^(404 .*\.ts|410 .*\.m3u8)$/);
});

it("a key version that is revoked shows no player another quality than the one it has the key of", async () => {
  const watchers = await Promise.all(BROWSER_PLAYERS.map(watching));
  const { videoPostId } = part;
  const { files } = bodyOf(await stack.client.getVideoPost({ params: { videoPostId } }));
  const revocation = { ...part, keyVersion: files[0]!.keyVersion! };
  expect((await stack.client.revoke({ body: revocation })).status).toBe(200);
  await Promise.all(watchers.map((tab) => tab.choose(480)));
  for (const tab of watchers) {
    await expect.poll(() => tab.refusals, { timeout: 30_000 }).toContain("410 /video/enc/key");
  }
  await sleep(3000);
  for (const tab of watchers) expect([tab.player.name, (await tab.state()).lines]).toEqual([tab.player.name, 360]);
});
