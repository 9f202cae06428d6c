import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import type { Part, Stack } from "../e2e/stack.ts";
import { type Shown, subRip } from "../fixtures/media/subtitled-clip.ts";
import { BROWSER_PLAYERS, type BrowserPlayer, HLS_JS_WITH_CMCD, VIDEO_JS } from "./browser-players.ts";
import { openPlayerStage, type PlayerStage } from "./player-stage.ts";
import type { PlayerTab } from "./player-tab.ts";
import { rotate, takeAwayClearSegment } from "./rotations.ts";
import { anotherSession, consumedUses, type GateAnswer } from "./uses.ts";

/*
 * Players as sites use them, on pages of another origin, against the Worker. Those that change nothing for the others
 * play at the same time; the rotations come last.
 */

const SECONDS = 18;
/** A square has fewer pixels than a wide picture of as many lines. */
const CLIP = { size: "720x720", frameRate: "10", seconds: SECONDS };
/** Of the file. */
const ENGLISH: readonly Shown[] = [
  [1, 5, "Hello <i>world</i>"],
  [6, 7.5, "Second & last"],
];
/** Uploaded by an editor. */
const GERMAN: readonly Shown[] = [
  [1, 5, "Gr\u00fc\u00dfe"],
  [6.5, 8, "Zweite Zeile"],
];

let stage: PlayerStage | undefined;
let stack: Stack;
let part: Part;

beforeAll(async () => {
  // What fails once has failed.
  const settings = { JOB_MAX_ATTEMPTS: "1" };
  stage = await openPlayerStage({ settings, clip: CLIP, subtitles: { language: "eng", cues: ENGLISH } });
  ({ stack, part } = stage);
  await stack.client.addCaption({
    params: { videoPostId: part.videoPostId, fileIndex: "0" },
    query: { language: "de", name: "Deutsch" },
    file: { type: "application/x-subrip", content: subRip(GERMAN) },
  });
});

afterAll(() => stage?.stop());

type Paused = { readonly tab: PlayerTab; readonly startsUntil: number };

async function open({ onTestFinished }: TestContext, ...request: Parameters<PlayerStage["openTab"]>) {
  const tab = await stage!.openTab(...request);
  onTestFinished(() => tab.close());
  return tab;
}

/** So that the video lasts longer than a rotation on a slow machine. */
const SLOWLY = 0.1;

/** All of them play 360p, look ahead as little as they can, and have never asked for another key. */
async function watching(test: TestContext): Promise<PlayerTab[]> {
  return Promise.all(
    BROWSER_PLAYERS.map(async (player) => {
      const issued = await stack.token(part, { maxUses: 1 });
      const tab = await open(test, player, issued.masterUrl, true);
      await tab.play(SLOWLY);
      await tab.passes(0.25);
      return tab;
    }),
  );
}

/** Clocks may differ by five seconds. */
const LEEWAY_SECONDS = 5 + 1;

/** Plays a little and pauses. The token ends soon after; a machine that is too slow for it gets one that ends later. */
async function pausedWithShortToken(test: TestContext, player: BrowserPlayer, startSeconds = 12): Promise<Paused> {
  const issued = await stack.token(part, { maxUses: 1, startSeconds });
  const startsUntil = Date.parse(issued.expiresAt) + LEEWAY_SECONDS * 1000;
  const opening = open(test, player, issued.masterUrl, true, startsUntil - Date.now());
  const tab = await opening.catch((error: unknown) => {
    if (Date.parse(issued.expiresAt) > Date.now()) throw error;
  });
  if (!tab) return pausedWithShortToken(test, player, startSeconds * 3);
  await tab.play(0.25);
  await tab.passes(0.25);
  await tab.pause();
  return { tab, startsUntil };
}

/** A key that was not requested before is served, and playback continues with it to the end. */
async function goOnIn(lines: number, tab: PlayerTab): Promise<void> {
  expect(tab.qualitiesAskedFor).not.toContain(`${lines}p`);
  expect((await tab.state()).ended).toBe(false);
  // While it is paused, video.js would not switch.
  await tab.play();
  await tab.choose(lines);
  await tab.shows(lines);
  await tab.play(4);
  await tab.ends();
  expect(tab.qualitiesAskedFor).toContain(`${lines}p`);
  await expectUndisturbed(tab);
  await expectPlayedInOnePiece(tab);
}

describe.concurrent("three players that were paused", () => {
  it("switch the quality after the issued token has expired", async (test) => {
    const watchers: Paused[] = [];
    for (const player of BROWSER_PLAYERS) watchers.push(await pausedWithShortToken(test, player));
    await sleep(Math.max(...watchers.map(({ startsUntil }) => startsUntil)) - Date.now());
    for (const { tab } of watchers) expect((await fetch(tab.masterUrl)).status).toBe(401);
    await Promise.all(watchers.map(({ tab }) => goOnIn(720, tab)));
  });
});

describe.concurrent.each(BROWSER_PLAYERS)("$name", (player) => {
  it("plays to the end, seeks, switches the quality, and all that is one use of a token that has one", async (test) => {
    const issued = await stack.token(part, { maxUses: 1 });
    const tab = await open(test, player, issued.masterUrl);
    await tab.play(2);
    await tab.passes(SECONDS / 4);
    await tab.choose(720);
    await tab.shows(720);
    await tab.play(4);
    await tab.ends();
    expect((await tab.state()).position).toBeCloseTo(SECONDS, 0);
    await expectPlayedInOnePiece(tab);

    await tab.seek(SECONDS * 0.3);
    expect((await tab.state()).position).toBeCloseTo(SECONDS * 0.3, 0);
    await tab.play(0.25);
    await tab.passes(SECONDS * 0.3 + 0.5);
    await tab.choose(480);
    await tab.shows(480);
    await tab.seek(SECONDS * 0.8);
    await tab.play(4);
    await tab.ends();

    await expectUndisturbed(tab);
    expect([...tab.qualitiesAskedFor].sort()).toEqual(["360p", "480p", "720p"]);
    expect(await consumedUses(stack, issued.token)).toBe(1);
    expect(await anotherSession(stack, issued.masterUrl)).toMatchObject({ status: 403, code: "uses-exhausted" });
    expect((await fetch(tab.keyAnswers[0]!.url)).status).toBe(200);
  });
});

/**
 * Some keep the escape of an ampersand, and hls.js counts from the priming of the sound, 0.02 s before the first picture,
 * in all that it shows.
 */
function alike(cues: readonly Shown[]): Shown[] {
  return cues.map(([from, to, text]) => [tenths(from), tenths(to), text.replace("&amp;", "&")]);
}

const tenths = (seconds: number) => Math.round(seconds * 10) / 10;

describe.concurrent.each(BROWSER_PLAYERS)("captions in $name", (player) => {
  it("are shown in two languages at their times, and no longer once they are switched off", async (test) => {
    // `poll` of tests that run beside each other.
    const { expect } = test;
    const { masterUrl } = await stack.token(part);
    const tab = await open(test, player, masterUrl);
    const cues = async () => alike(await tab.cues());
    const shown = async () => alike(await tab.cues({ now: true }));
    await tab.seek(1.2);
    // A video.js that is paused loads no second language.
    await tab.play(SLOWLY);
    for (const [language, expected] of [
      ["de", GERMAN],
      ["en", ENGLISH],
    ] as const) {
      await tab.showCaptions(language);
      await expect.poll(cues).toEqual(expected);
      await expect.poll(shown).toEqual([expected[0]]);
    }
    await tab.pause();
    for (const [seconds, expected] of [
      [5.5, []],
      [6.7, [ENGLISH[1]]],
      [2, [ENGLISH[0]]],
    ] as const) {
      await tab.seek(seconds);
      await tab.shows(360);
      await expect.poll(shown).toEqual(expected);
    }
    const picture = await tab.page.screenshot();
    await tab.showCaptions(null);
    await expect.poll(shown).toEqual([]);
    // The picture stands still: what differs is the text.
    await expect.poll(async () => (await tab.page.screenshot()).equals(picture)).toBe(false);
    await expectUndisturbed(tab);
  });
});

describe.concurrent("hls.js with CMCD in headers", () => {
  it("plays from another origin, preflights included", async (test) => {
    const { masterUrl } = await stack.token(part);
    const tab = await open(test, HLS_JS_WITH_CMCD, masterUrl);
    await tab.play(4);
    await tab.passes(SECONDS / 4);
    const measured = tab.requests.filter((request) => "cmcd-session" in request.headers());
    expect(measured.map((request) => request.url())).toContainEqual(expect.stringContaining("/video/enc/"));
    await expectUndisturbed(tab);
  });
});

describe.concurrent("video.js in a browser that keeps nothing", () => {
  it("comes to the gate with every segment, and that is one use too", async (test) => {
    const issued = await stack.token(part, { maxUses: 1 });
    const tab = await open(test, VIDEO_JS, issued.masterUrl);
    await tab.keepNothing();
    await tab.play(2);
    await tab.passes(SECONDS / 4);
    await tab.choose(480);
    await tab.play(4);
    await tab.ends();
    await expectUndisturbed(tab);
    const atTheGate = tab.keyAnswers.filter(({ cached }) => !cached);
    expect(atTheGate.length).toBeGreaterThanOrEqual(tab.segmentAnswers.length - 1);
    expect(atTheGate.length).toBeGreaterThan(SECONDS / 6);
    expect(await consumedUses(stack, issued.token)).toBe(1);
  });
});

describe("three players in the middle of the video", () => {
  it("are not interrupted by a rotation that fails", async (test) => {
    const watchers = await watching(test);
    const putBack = await takeAwayClearSegment(stack, part);
    await rotate(stack, part, "FAILED");
    await Promise.all(watchers.map((tab) => goOnIn(480, tab)));
    await putBack();
  });

  it("are not interrupted by a rotation: those who watch get the old keys, those who come the new ones", async (test) => {
    const watchers = await watching(test);
    const before = await somebodyElse();
    await rotate(stack, part, "SUCCEEDED");
    const after = await somebodyElse();
    expect([before.status, after.status]).toEqual([200, 200]);
    expect(after.keyId).not.toBe(before.keyId);
    await Promise.all(watchers.map((tab) => goOnIn(720, tab)));
    for (const tab of watchers) {
      expect(tab.segmentAnswers.at(-1)?.url.pathname).toMatch(/\/enc\/k1-c\d+\/720p\//);
    }
  });
});

async function somebodyElse(): Promise<GateAnswer> {
  return anotherSession(stack, (await stack.token(part)).masterUrl);
}

async function expectUndisturbed(tab: PlayerTab): Promise<void> {
  const { faults } = await tab.state();
  expect({ refusals: tab.refusals, complaints: tab.complaints, faults }).toEqual({
    refusals: [],
    complaints: [],
    faults: [],
  });
}

/**
 * Nothing was stepped over, but for the moment that a player may leave out before the first frame, and for nudges: after
 * a switch, Shaka steps 0.1 s forward for each second that a busy machine needs for the first picture.
 */
async function expectPlayedInOnePiece(tab: PlayerTab): Promise<void> {
  const played = await tab.played();
  expect(played).toHaveLength(1);
  expect(played[0]![0]).toBeLessThan(0.25);
  expect(played[0]![1]).toBeCloseTo(SECONDS, 0);
}
