import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Part, type Stack, startStack } from "../e2e/stack.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { launchChromium } from "./chromium.ts";
import { type OpenOptions, openWatchPage, type WatchPage } from "./watch-page.ts";

/* The watch page in a real browser, on a real clip that came through the whole system. */

const LADDER = ["1080p", "720p", "480p", "360p"];
const SECONDS = 13;

let directory: string;
let stack: Stack;
let part: Part;
let browser: Browser;
let opened: WatchPage | null = null;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ladderlock-browser-"));
  [stack, browser] = await Promise.all([startStack(), launchChromium()]);
  const path = join(directory, "clip.mp4");
  // A square has fewer pixels than a wide picture of as many lines.
  await generateClip({ path, size: "1080x1080", frameRate: "10", seconds: SECONDS, sound: true });
  part = await stack.ingest(path, { title: "A clip" });
});

afterEach(async () => {
  const page = opened;
  opened = null;
  await page?.close();
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function open(options?: OpenOptions): Promise<WatchPage> {
  opened = await openWatchPage(browser, stack, part, options);
  return opened;
}

/** Players keep keys: only another quality's makes them come back to the gate. */
function qualityNeverAskedFor(page: WatchPage): string {
  const asked = page.requested.map((url) => url.searchParams.get("quality"));
  const fresh = LADDER.find((quality) => !asked.includes(quality));
  if (fresh === undefined) throw new Error("the player has asked for every key already");
  return fresh;
}

describe("an anonymous viewer", () => {
  it("sees the video to its end, and asks for nothing of the locked qualities", async () => {
    const masters: Promise<string>[] = [];
    const page = await open({
      prepare: async (tab) =>
        tab.on("response", (response) => {
          if (response.url().includes("/master.m3u8")) masters.push(response.text());
        }),
    });
    expect(await page.page.title()).toBe("A clip · ladderlock");
    expect(await page.allowed()).toEqual(["480p", "360p"]);

    await page.play(1.5);
    for (let look = 0; look < 3; look++) {
      const before = await page.position();
      await expect.poll(() => page.position()).toBeGreaterThan(before + 1);
    }
    await page.ended();
    expect(await page.position()).toBeCloseTo(SECONDS, 0);
    // One range: nothing was stepped over, but for the moment that hls.js may leave out before the first frame.
    const played = await page.played();
    expect(played).toHaveLength(1);
    expect(played[0]?.[0]).toBeLessThan(0.25);

    const [master, ...more] = await Promise.all(masters);
    expect(more).toEqual([]);
    expect([...(master ?? "").matchAll(/RESOLUTION=\d+x(\d+)/g)].map(([, lines]) => lines)).toEqual(["480", "360"]);
    const paths = page.requested.map((url) => url.pathname + url.search);
    expect(paths.filter((path) => path.includes("seg_")).length).toBeGreaterThanOrEqual(3);
    expect(paths.filter((path) => path.includes("1080p") || path.includes("720p"))).toEqual([]);
  });

  it("cannot choose a locked quality, is refused its playlist and key when it tries, and never sees a token", async () => {
    const page = await open();
    expect(await page.page.isDisabled("input[value='1080p']")).toBe(true);
    await page.page.keyboard.press("1");
    expect(await page.page.isChecked("input[value=auto]")).toBe(true);
    await page.page.keyboard.press("4");
    expect(await page.page.isChecked("input[value='360p']")).toBe(true);

    await page.tryAnyway("1080p");
    await page.page.waitForSelector("[data-quality='1080p'] .rung-state:text('Refused')");
    const refusals = (await page.log()).filter(({ quality }) => quality === "1080p");
    expect(refusals.map(({ kind, status }) => [kind, status])).toEqual([
      ["playlist", "403"],
      ["key", "403"],
    ]);
    for (const { meaning } of refusals) expect(meaning).toContain("Quality not allowed by this token");
    expect(await page.page.textContent("[data-tally=refused]")).toBe("2");

    const tokens = page.requested.map((url) => url.searchParams.get("token")).filter((token) => token !== null);
    expect(tokens.length).toBeGreaterThan(0);
    const html = await page.page.content();
    for (const token of tokens) expect(html).not.toContain(token);
  });
});

describe("a choice that is made early", () => {
  it("is shown, though the first segment of that very quality is being unpacked", async () => {
    const unpacking = Promise.withResolvers<void>();
    const page = await open({
      prepare: async (tab) => {
        // Between the choice and what hls.js does next there is time for the segment to come out of its worker.
        await tab.addInitScript(() => {
          const interval = globalThis.setInterval.bind(globalThis);
          globalThis.setInterval = ((run: () => void, ms: number) => interval(run, ms * 20)) as typeof setInterval;
        });
        await tab.route("**/watch-assets/hls.worker.js", async (route) => {
          await unpacking.promise;
          await route.continue();
        });
      },
    });
    const segments = () => page.requested.map((url) => url.pathname).filter((path) => path.includes("/seg_"));
    await expect.poll(segments).toHaveLength(1);
    const quality = segments()[0]?.includes("/480p/") ? "480p" : "360p";
    await sleep(500);
    await page.choose(quality);
    unpacking.resolve();
    await page.picture(Number.parseInt(quality, 10));
    expect(segments().length).toBeLessThan(5);
  });
});

describe("a subscriber", () => {
  it("gets every quality, each with its own lines and its own key, and the page asks no other server", async () => {
    const page = await open();
    await page.watchAs("subscriber");
    expect(await page.allowed()).toEqual(LADDER);
    await page.play(0.5);
    for (const quality of LADDER) {
      await page.choose(quality);
      await page.picture(Number.parseInt(quality, 10));
      await page.page.waitForSelector(`[data-quality='${quality}'][data-playing]`);
    }
    const given = page.keyAnswers.filter(({ status }) => status === 200).map(({ url }) => url.searchParams);
    const keyIds = new Map(given.map((query) => [query.get("quality"), query.get("keyId")]));
    expect([...keyIds.keys()].sort()).toEqual([...LADDER].sort());
    expect(new Set(keyIds.values()).size).toBe(LADDER.length);
    expect([...new Set(page.requested.map((url) => url.origin))]).toEqual([stack.origin]);
    expect(page.requested.map((url) => url.pathname)).toContain("/watch-assets/hls.worker.js");
    expect(page.complaints).toEqual([]);
  });

  it("who becomes anonymous keeps the position and loses the qualities, whatever key ids are still known", async () => {
    const page = await open();
    await page.watchAs("subscriber");
    await page.choose("1080p");
    await page.picture(1080);
    await page.play();
    await page.page.waitForFunction(() => (document.querySelector("#video") as HTMLVideoElement).currentTime > 3);
    const since = performance.now();
    const before = await page.position();

    await page.watchAs("anonymous");
    expect(await page.page.isChecked("input[value=auto]")).toBe(true);
    await page.page.waitForFunction(
      (position) => (document.querySelector("#video") as HTMLVideoElement).currentTime > position,
      before,
    );
    // It has played on from there, at most for as long as this took.
    const now = await page.position();
    expect(now).toBeLessThan(before + (performance.now() - since) / 1000 + 0.5);
    expect(["480", "360"]).toContain(
      String(await page.page.$eval("#video", (video) => (video as HTMLVideoElement).videoHeight)),
    );

    await page.tryAnyway("1080p");
    await page.page.waitForSelector("[data-quality='1080p'] .rung-state:text('Refused')");
    const tried = (await page.log()).filter(({ quality }) => quality === "1080p").slice(-3);
    expect(tried.map(({ kind, status }) => [kind, status])).toEqual([
      ["playlist", "403"],
      ["key", "403"],
      ["key", "404"],
    ]);
  });
});

describe("a token that has expired", () => {
  const START_SECONDS = 4;
  // Clocks may differ by five seconds (RFC 7519 4.1.4 leeway); after that, nothing starts with this token any more.
  const EXPIRED_AFTER_MS = (START_SECONDS + 5 + 1) * 1000;

  /** Where a site issues its own tokens, the page gets what the site's backend asked for. */
  async function issueShortTokens(tab: Page): Promise<void> {
    await tab.route("**/video/enc/token", async (route) => {
      const issued = await stack.token(part, { startSeconds: START_SECONDS });
      await route.fulfill({ json: issued });
    });
  }

  it("does not hinder a switch to a quality whose key was never asked for", async () => {
    const page = await open({ prepare: issueShortTokens });
    expect(await page.allowed()).toEqual(LADDER);
    await page.play(0.5);
    await page.page.waitForFunction(() => (document.querySelector("#video") as HTMLVideoElement).currentTime > 0.5);
    const [master] = page.requested.filter((url) => url.pathname.endsWith("/master.m3u8"));
    await sleep(EXPIRED_AFTER_MS);
    expect((await fetch(master!)).status).toBe(401);

    const fresh = qualityNeverAskedFor(page);
    await page.choose(fresh);
    await page.picture(Number.parseInt(fresh, 10));
    expect(page.keyAnswers.at(-1)).toMatchObject({ status: 200 });
    expect(page.keyAnswers.at(-1)?.url.searchParams.get("quality")).toBe(fresh);
    const position = await page.position();
    await page.page.waitForFunction(
      (before) => (document.querySelector("#video") as HTMLVideoElement).currentTime > before + 0.5,
      position,
    );
  });
});

describe("the page", () => {
  it("says in words why there is nothing to play", async () => {
    const page = await open({
      prepare: (tab) =>
        tab.route("**/video/enc/token", (route) =>
          route.continue({ postData: JSON.stringify({ ...part, fileIndex: 7 }) }),
        ),
    });
    await page.page.waitForSelector("#message:visible");
    expect(await page.page.textContent("#message")).toBe("Nothing to play for the anonymous viewer: Not found.");
    expect(await page.allowed()).toEqual([]);
  });

  it("asks a busy server for a token again after the time that it names, then plays, and fits a narrow screen", async () => {
    const asked: number[] = [];
    const busy = { status: 503, headers: { "retry-after": "1" } };
    const prepare = (tab: Page) =>
      tab.route("**/video/enc/token", (route) =>
        asked.push(performance.now()) > 1 ? route.continue() : route.fulfill(busy),
      );
    const page = await open({ prepare, width: 390 });
    expect(await page.allowed()).toEqual(["480p", "360p"]);
    expect(asked).toHaveLength(2);
    expect(asked[1]! - asked[0]!).toBeGreaterThanOrEqual(1000);
    expect(await page.page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });

  it("plays with the browser's own HLS where there are no Media Source Extensions, and says what that means", async () => {
    const page = await open({
      prepare: (tab) =>
        tab.addInitScript(() => {
          for (const name of ["MediaSource", "ManagedMediaSource", "WebKitMediaSource"])
            Reflect.deleteProperty(window, name);
        }),
    });
    await page.play();
    await page.page.waitForFunction(() => (document.querySelector("#video") as HTMLVideoElement).currentTime > 1);
    expect((await page.log()).at(-1)?.meaning).toContain("This browser plays HLS natively");
    expect(await page.page.isDisabled("input[value='360p']")).toBe(true);
  });
});

// The last one, since it takes the video away.
describe("a post that is deleted while somebody watches", () => {
  it("ends at the next key, and shows why", async () => {
    const page = await open();
    // Before the subscriber's player has fetched the keys of other qualities by itself.
    await page.choose("360p");
    await page.watchAs("subscriber");
    await page.picture(360);
    await stack.client.deleteVideoPost({ params: { videoPostId: part.videoPostId } });
    await page.choose(qualityNeverAskedFor(page));
    await page.page.waitForSelector("#message:visible");
    expect(await page.page.textContent("#message")).toBe("Nothing to play for the subscriber: Deleted.");
    const log = await page.log();
    expect(log.map(({ meaning }) => meaning)).toContain("The token has expired: requesting a new one.");
    expect(log.at(-1)).toMatchObject({ kind: "token", status: "410" });
  });
});
