import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Part } from "../e2e/stack.ts";
import { hasRealClip, realClip } from "../fixtures/media/real-clips.ts";
import { BROWSER_PLAYERS, type BrowserPlayer } from "./browser-players.ts";
import { openPlayerStage, type PlayerStage } from "./player-stage.ts";

/* A film of one frame a second: its first picture is there when the sound begins. */

const SECONDS = 12;
const AT_ONCE_SECONDS = 0.1;

describe.runIf(process.env.LONG_TESTS === "1")("slides of one frame a second begin at zero", () => {
  let stage: PlayerStage | undefined;

  beforeAll(async () => {
    const clip = { size: "320x180", frameRate: "1", seconds: SECONDS };
    stage = await openPlayerStage({ settings: {}, clip, firstLines: 180 });
  });
  afterEach(() => stage?.closeTabs());
  afterAll(() => stage?.stop());

  async function expectStart(player: BrowserPlayer, part: Part): Promise<void> {
    const { masterUrl } = await stage!.stack.token(part);
    const tab = await stage!.openTab(player, masterUrl);
    expect(await tab.bufferedFrom()).toBeLessThan(AT_ONCE_SECONDS);
    expect((await tab.state()).position).toBeLessThan(AT_ONCE_SECONDS);
    await tab.play(4);
    await tab.ends();
    const [[start, end] = []] = await tab.played();
    expect(start).toBeLessThan(AT_ONCE_SECONDS);
    expect(end).toBeCloseTo(SECONDS, 0);
    expect((await tab.state()).faults).toEqual([]);
  }

  it.each(BROWSER_PLAYERS)("in $name", (player) => expectStart(player, stage!.part));

  const real = "faults/c20-one-fps.mp4";
  it.skipIf(!hasRealClip(real))("in every player: c20-one-fps.mp4", async () => {
    const part = await stage!.stack.ingest(realClip(real));
    for (const player of BROWSER_PLAYERS) await expectStart(player, part);
  });
});
