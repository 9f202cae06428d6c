import type { Browser, Page } from "playwright-core";
import type { Part, Stack } from "../e2e/stack.ts";
import { joinOverNudges, type PlayedRange, recordMoves } from "./moves.ts";

/** One answer to the page, in the order in which they came. */
export type Answer = { readonly url: URL; readonly status: number };

export type LogLine = {
  readonly kind: string;
  readonly quality: string;
  readonly status: string;
  readonly meaning: string;
};

export type OpenOptions = {
  readonly width?: number;
  /** Runs before the page is loaded. */
  readonly prepare?: (page: Page) => Promise<unknown>;
};

/** A person in front of the watch page, and somebody who listens on the wire. */
export class WatchPage {
  readonly page: Page;
  readonly #urls: URL[] = [];
  readonly #answers: Answer[] = [];
  readonly #complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on("request", (request) => this.#urls.push(new URL(request.url())));
    page.on("response", (response) => this.#answers.push({ url: new URL(response.url()), status: response.status() }));
    page.on("pageerror", (error) => this.#complaints.push(String(error)));
    page.on("console", (message) => {
      // Chromium reports each refused request; those are what the page is there for.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        this.#complaints.push(message.text());
      }
    });
  }

  /** Everything that the page asked for, answered or not. */
  get requested(): readonly URL[] {
    return this.#urls.filter((url) => url.protocol !== "blob:");
  }

  /** Script errors and violations of the page's security policy. */
  get complaints(): readonly string[] {
    return this.#complaints;
  }

  /** Answers of the key gate. */
  get keyAnswers(): readonly Answer[] {
    return this.#answers.filter(({ url }) => url.pathname === "/video/enc/key");
  }

  async watchAs(viewer: "anonymous" | "subscriber"): Promise<void> {
    await this.page.check(`input[name=viewer][value=${viewer}]`);
    await this.page.waitForSelector(".rung[data-access=allowed]");
  }

  /** "auto" for automatic. */
  choose(quality: string): Promise<void> {
    return this.page.check(`input[name=quality][value="${quality}"]`);
  }

  tryAnyway(quality: string): Promise<void> {
    return this.page.click(`[data-try="${quality}"]`);
  }

  /** Qualities that the page shows as the viewer's own, best first. */
  allowed(): Promise<string[]> {
    return this.page.$$eval(".rung[data-access=allowed]", (rungs) =>
      rungs.map((rung) => (rung as HTMLElement).dataset.quality ?? ""),
    );
  }

  play(playbackRate = 1): Promise<void> {
    return this.page.$eval(
      "#video",
      (video, rate) => {
        (video as HTMLVideoElement).playbackRate = rate;
        return (video as HTMLVideoElement).play();
      },
      playbackRate,
    );
  }

  position(): Promise<number> {
    return this.page.$eval("#video", (video) => (video as HTMLVideoElement).currentTime);
  }

  /** What was played, as ranges of seconds; those between which the player only nudged itself forward are one. */
  async played(): Promise<PlayedRange[]> {
    const { ranges, moves } = await this.page.$eval("#video", (video) => {
      const { played } = video as HTMLVideoElement;
      const ranges = Array.from({ length: played.length }, (_, n): PlayedRange => [played.start(n), played.end(n)]);
      return { ranges, moves: window.moves };
    });
    return joinOverNudges(ranges, moves);
  }

  /** Waits until the picture has this many lines and is there. */
  async picture(lines: number): Promise<void> {
    const shown = this.page.waitForFunction((wanted) => {
      const video = document.querySelector("#video") as HTMLVideoElement;
      return video.videoHeight === wanted && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !video.seeking;
    }, lines);
    await shown.catch(async (cause) => {
      throw new Error(`no picture of ${lines} lines: ${await this.#state()}`, { cause });
    });
  }

  /** What a person would look at where nothing moves: the video element, and the page's log. */
  async #state(): Promise<string> {
    const video = await this.page.$eval("#video", (element) => {
      const { videoHeight, readyState, seeking, paused, currentTime, buffered, error } = element as HTMLVideoElement;
      const ranges = Array.from({ length: buffered.length }, (_, range) => [
        buffered.start(range),
        buffered.end(range),
      ]);
      return { videoHeight, readyState, seeking, paused, currentTime, ranges, error: error?.message };
    });
    const log = (await this.log()).map(({ kind, quality, status }) => `${kind} ${quality} ${status}`);
    return JSON.stringify({ video, log, complaints: this.complaints });
  }

  ended(): Promise<unknown> {
    return this.page.waitForFunction(() => (document.querySelector("#video") as HTMLVideoElement).ended, undefined, {
      timeout: 60_000,
    });
  }

  /** The page's own log, oldest line first. */
  async log(): Promise<LogLine[]> {
    const lines = await this.page.$$eval("#activity li", (items) =>
      items.map((item) => {
        const { kind = "", quality = "", status = "" } = (item as HTMLElement).dataset;
        return { kind, quality, status, meaning: item.querySelector(".meaning")?.textContent ?? "" };
      }),
    );
    return lines.reverse();
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

export async function openWatchPage(
  browser: Browser,
  stack: Stack,
  part: Part,
  options: OpenOptions = {},
): Promise<WatchPage> {
  const context = await browser.newContext({ viewport: { width: options.width ?? 1280, height: 900 } });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const watchPage = new WatchPage(page);
  await page.addInitScript(recordMoves);
  await options.prepare?.(page);
  await page.goto(`${stack.origin}/watch/${part.videoPostId}/${part.fileIndex}`);
  await page.waitForSelector("#activity li");
  return watchPage;
}
