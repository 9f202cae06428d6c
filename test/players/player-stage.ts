import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchChromium } from "../browser/chromium.ts";
import { type Part, type Stack, startStack } from "../e2e/stack.ts";
import { type ClipRequest, generateClip } from "../fixtures/media/generate-clip.ts";
import { addSubtitles, type Shown } from "../fixtures/media/subtitled-clip.ts";
import type { BrowserPlayer } from "./browser-players.ts";
import { startPlayerSite } from "./player-site.ts";
import { PlayerTab } from "./player-tab.ts";

export type PlayerStageRequest = {
  /** Of the Worker. */
  readonly settings: Record<string, string>;
  readonly clip: Pick<ClipRequest, "size" | "frameRate" | "seconds">;
  /** A track of the clip. */
  readonly subtitles?: { readonly language: string; readonly cues: readonly Shown[] };
  /** The lines of the quality that a tab begins with; 360 without them. */
  readonly firstLines?: number;
};

/** A clip that has come through the whole system, and a browser with pages of another origin to play it on. */
export type PlayerStage = {
  readonly stack: Stack;
  readonly part: Part;
  /** A tab that has shown its first picture; `masterUrl` is the path that token issue gave. */
  openTab(player: BrowserPlayer, masterUrl: string, fromHandToMouth?: boolean, patienceMs?: number): Promise<PlayerTab>;
  closeTabs(): Promise<void>;
  stop(): Promise<void>;
};

export async function openPlayerStage({
  settings,
  clip,
  subtitles,
  firstLines = 360,
}: PlayerStageRequest): Promise<PlayerStage> {
  const directory = await mkdtemp(join(tmpdir(), "ladderlock-players-"));
  const [stack, site, browser] = await Promise.all([startStack({ settings }), startPlayerSite(), launchChromium()]);
  const path = join(directory, "clip.mp4");
  await generateClip({ ...clip, path, sound: true });
  const subtitled = join(directory, "subtitled.mp4");
  if (subtitles !== undefined) await addSubtitles(path, subtitled, subtitles);
  const part = await stack.ingest(subtitles === undefined ? path : subtitled);
  const tabs: PlayerTab[] = [];
  return {
    stack,
    part,
    openTab: async (player, masterUrl, fromHandToMouth, patienceMs) => {
      const request = { browser, site, player, firstLines, fromHandToMouth, patienceMs };
      const tab = await PlayerTab.open({ ...request, masterUrl: stack.origin + masterUrl });
      tabs.push(tab);
      return tab;
    },
    closeTabs: async () => {
      await Promise.all(tabs.splice(0).map((tab) => tab.close()));
    },
    stop: async () => {
      await browser.close();
      await site.stop();
      await stack.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
