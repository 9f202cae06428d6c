import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, CDPSession, Page, Request } from "playwright-core";
import { joinOverNudges, type PlayedRange, recordMoves } from "../browser/moves.ts";
import type { BrowserPlayer } from "./browser-players.ts";
import { type PlayerSite, pagePath } from "./player-site.ts";

/** An answer that the player got, in order. `cached`: the browser gave it, and the Worker was not asked. */
export type Answer = { readonly url: URL; readonly status: number; readonly cached: boolean };

export type OpenRequest = {
  readonly browser: Browser;
  readonly site: PlayerSite;
  readonly player: BrowserPlayer;
  readonly masterUrl: string;
  /** The lines of the quality to begin with. */
  readonly firstLines: number;
  readonly fromHandToMouth: boolean | undefined;
  /** How long the first picture may take. */
  readonly patienceMs: number | undefined;
};

const PATIENCE_MS = 60_000;

/** A browser tab with one player in it, somebody who uses it, and somebody who listens on the wire. */
export class PlayerTab {
  readonly page: Page;
  readonly player: BrowserPlayer;
  /** The requested source. */
  readonly masterUrl: string;
  readonly answers: Answer[] = [];
  readonly requests: Request[] = [];
  /** Script errors, and what the browser's rules about other origins have blocked. */
  readonly complaints: string[] = [];

  private constructor(page: Page, player: BrowserPlayer, masterUrl: string) {
    this.page = page;
    this.player = player;
    this.masterUrl = masterUrl;
    page.on("request", (request) => this.requests.push(request));
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.text().includes("CORS")) this.complaints.push(message.text());
    });
  }

  /** Resolves when the first picture is there. It does not play yet. */
  static async open(request: OpenRequest): Promise<PlayerTab> {
    const { browser, site, player, masterUrl, firstLines, fromHandToMouth = false, patienceMs } = request;
    const context = await browser.newContext({ viewport: { width: 380, height: 380 } });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const tab = new PlayerTab(page, player, masterUrl);
    try {
      await listen(await context.newCDPSession(page), tab.answers);
      await page.addInitScript(recordMoves);
      await page.goto(site.origin + pagePath(player));
      await page.evaluate(player.start, {
        url: masterUrl,
        settings: { ...player.settings, ...(fromHandToMouth ? player.fromHandToMouth : {}) },
        lines: firstLines,
      });
      await tab.shows(firstLines, patienceMs);
      return tab;
    } catch (error) {
      await context.close();
      throw error;
    }
  }

  /** Answers of the key gate. */
  get keyAnswers(): readonly Answer[] {
    return this.answers.filter(({ url }) => url.pathname === "/video/enc/key");
  }

  get segmentAnswers(): readonly Answer[] {
    return this.answers.filter(({ url }) => url.pathname.endsWith(".ts"));
  }

  /** Answers that were refusals or failures, as `status path`. */
  get refusals(): readonly string[] {
    return this.answers.filter(({ status }) => status >= 400).map(({ url, status }) => `${status} ${url.pathname}`);
  }

  /** Qualities whose key was asked for. */
  get qualitiesAskedFor(): ReadonlySet<string> {
    return new Set(this.keyAnswers.map(({ url }) => url.searchParams.get("quality") ?? ""));
  }

  /** From now on the browser's cache neither keeps nor gives anything. */
  async keepNothing(): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    await session.send("Network.enable");
    await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  }

  choose(lines: number): Promise<void> {
    return this.page.evaluate((wanted) => window.driver.choose(wanted), lines);
  }

  showCaptions(language: string | null): Promise<void> {
    return this.page.evaluate((wanted) => window.driver.showCaptions(wanted), language);
  }

  /** Captions that are shown at some time, or with `now` at this moment, as [from, to, text]. */
  cues({ now = false } = {}): Promise<[number, number, string][]> {
    return this.page.evaluate((isNow) => {
      const shown = Array.from(window.driver.captions()).filter(
        ({ mode, kind }) => mode === "showing" && kind !== "metadata",
      );
      return shown.flatMap(({ cues, activeCues }) =>
        Array.from((isNow ? activeCues : cues) ?? []).map((cue): [number, number, string] => [
          Math.round(cue.startTime * 100) / 100,
          Math.round(cue.endTime * 100) / 100,
          (cue as VTTCue).text,
        ]),
      );
    }, now);
  }

  play(rate = 1): Promise<void> {
    return this.page.$eval(
      "video",
      (video, playbackRate) => {
        video.playbackRate = playbackRate;
        return video.play();
      },
      rate,
    );
  }

  pause(): Promise<void> {
    return this.page.$eval("video", (video) => video.pause());
  }

  seek(seconds: number): Promise<void> {
    return this.page.$eval(
      "video",
      (video, position) => {
        video.currentTime = position;
      },
      seconds,
    );
  }

  /** Where it is, what is buffered from there on without a gap, whether it is over, and what the player gave up on. */
  state(): Promise<{ position: number; bufferedTo: number; lines: number; ended: boolean; faults: string[] }> {
    return this.page.$eval("video", (video) => {
      const { currentTime: position, buffered, ended, videoHeight: lines } = video;
      let bufferedTo = position;
      for (let range = 0; range < buffered.length; range++) {
        const holds = buffered.start(range) <= bufferedTo + 0.1 && buffered.end(range) > bufferedTo;
        if (holds) bufferedTo = buffered.end(range);
      }
      return { position, bufferedTo, lines, ended, faults: window.faults };
    });
  }

  /** Where what is buffered of both tracks begins. */
  bufferedFrom(): Promise<number> {
    return this.page.$eval("video", ({ buffered }) => buffered.start(0));
  }

  /** What was played, as ranges of seconds; those between which the player only nudged itself forward are one. */
  async played(): Promise<PlayedRange[]> {
    const { ranges, moves } = await this.page.$eval("video", ({ played }) => ({
      ranges: Array.from({ length: played.length }, (_, n): PlayedRange => [played.start(n), played.end(n)]),
      moves: window.moves,
    }));
    return joinOverNudges(ranges, moves);
  }

  async passes(seconds: number): Promise<void> {
    await this.until((video, position) => video.currentTime >= position && !video.seeking, seconds);
  }

  /** Waits until the picture has this many lines and is there. */
  async shows(lines: number, patienceMs = PATIENCE_MS): Promise<void> {
    const isShown = (video: HTMLVideoElement, wanted: number) =>
      video.videoHeight === wanted && video.readyState >= 2 && !video.seeking;
    await this.until(isShown, lines, patienceMs);
  }

  /** Waits until nothing has moved for a while, with nothing to play; resolves to where that was. */
  async standsStill(): Promise<number> {
    const STILL_MS = 4000;
    let [before, since] = [-1, Date.now()];
    while (Date.now() - since < STILL_MS) {
      await sleep(200);
      const { position, bufferedTo } = await this.state();
      if (position !== before || bufferedTo - position > 0.5) [before, since] = [position, Date.now()];
    }
    return before;
  }

  async ends(): Promise<void> {
    await this.until((video) => video.ended, 0);
  }

  /** On failure the error says where the player stood; what a player has given up on fails at once. */
  private async until(
    holds: (video: HTMLVideoElement, argument: number) => boolean,
    argument: number,
    timeout = PATIENCE_MS,
  ): Promise<void> {
    const condition = `((video) => window.faults.length > 0 || (${holds})(video, ${argument}))(document.querySelector("video"))`;
    try {
      await this.page.waitForFunction(condition, undefined, { timeout, polling: 50 });
      const { faults } = await this.state();
      if (faults.length > 0) throw new Error("the player has given up");
    } catch (cause) {
      const where = JSON.stringify({ ...(await this.state()), refusals: this.refusals, complaints: this.complaints });
      throw new Error(`${this.player.name}, never so: ${holds} (${argument}); ${where}`, { cause });
    }
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

/** Playwright does not say what came from the browser's cache; the browser's own protocol does. */
async function listen(session: CDPSession, answers: Answer[]): Promise<void> {
  const fromMemory = new Set<string>();
  session.on("Network.requestServedFromCache", ({ requestId }) => fromMemory.add(requestId));
  session.on("Network.responseReceived", ({ requestId, response: { url, status, fromDiskCache = false } }) => {
    if (!url.startsWith("http")) return;
    answers.push({ url: new URL(url), status, cached: fromDiskCache || fromMemory.has(requestId) });
  });
  await session.send("Network.enable");
}
