import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { LadderlockVideo } from "../../player/element/ladderlock-video.ts";
import { EXAMPLE, onNode, onWorkers, type Site } from "./paywall-sites.ts";
import type { Stage } from "./player-stage.ts";

/* examples/paywall, on Node and on Workers, with a plain page and with React. */

export function describePaywall(stage: () => Stage): void {
  const settings = () => {
    const { stack, part } = stage();
    return { LADDERLOCK: stack.origin, API_KEY: stack.adminKey, VIDEO_POST_ID: part.videoPostId };
  };

  async function visit(site: Site, path: string) {
    const context = await stage().browser.newContext({ viewport: { width: 900, height: 560 } });
    context.setDefaultTimeout(40_000);
    const page = await context.newPage();
    const keys: string[] = [];
    const loads: string[] = [];
    const complaints: string[] = [];
    page.on("response", (response) => {
      const { pathname, searchParams } = new URL(response.url());
      if (pathname === "/video/enc/key") keys.push(`${searchParams.get("quality")} ${response.status()}`);
    });
    page.on("framenavigated", (frame) => loads.push(frame.url()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`${site.origin}${path}`);
    return { page, keys, loads, complaints };
  }

  const film = <T>(page: Page, read: (film: LadderlockVideo & HTMLVideoElement) => T) =>
    page.$eval("ladderlock-video", read as (film: HTMLElement | SVGElement) => T);
  const shows = (page: Page, lines: number) =>
    page.waitForFunction(
      (wanted) =>
        (document.querySelector("ladderlock-video") as unknown as HTMLVideoElement | null)?.videoHeight === wanted,
      lines,
    );
  const choose = async (page: Page, name: string) => {
    await page.hover("ladderlock-video");
    await page.click("role=button[name=/^Quality/]");
    await page.click(`role=menuitemradio[name='${name}']`);
  };

  /** A stranger sees 480p at most, buys 1080p and sees it at once. */
  async function buys(site: Site, path: string) {
    const { page, keys, loads, complaints } = await visit(site, path);
    // Opened before the qualities are known, the menu shows them as soon as they are.
    await choose(page, "480p");
    await shows(page, 480);
    await film(page, (one) => {
      one.playbackRate = 0.5;
      return one.play();
    });
    await page.waitForFunction(
      () => (document.querySelector("ladderlock-video") as unknown as HTMLVideoElement).currentTime > 1,
    );
    expect(keys.filter((key) => !/^(?:480p|360p) 200$/.test(key))).toEqual([]);
    const before = await film(page, ({ currentTime, video }) => ({ currentTime, src: video.src }));

    await choose(page, "1080p, locked");
    await page.waitForSelector("dialog[open]");
    const strangers = keys.length;
    await page.click("role=button[name=Buy]");
    await shows(page, 1080);
    await page.waitForSelector("dialog:not([open])", { state: "attached" });
    const bought = await film(page, ({ currentTime, paused, video }) => ({ currentTime, paused, src: video.src }));
    expect(bought.src).toBe(before.src);
    expect(bought.paused).toBe(false);
    expect(bought.currentTime).toBeGreaterThanOrEqual(before.currentTime);
    expect(bought.currentTime).toBeLessThan(before.currentTime + 10);
    expect(loads).toHaveLength(1);
    // One key more, by one more use.
    expect(keys.slice(strangers)).toEqual(["1080p 200"]);
    expect(complaints).toEqual([]);
    return { page, src: before.src, keys, asked: strangers + 1 };
  }

  /** A refund locks it again, at the next key. */
  async function returns({ page, src, keys, asked }: Awaited<ReturnType<typeof buys>>): Promise<void> {
    await page.evaluate(() => fetch("/refund", { method: "POST" }));
    // An isolate may remember for this long; then the key of 720p, which was never requested, is refused.
    await page.waitForTimeout(1500);
    await choose(page, "720p");
    await page.waitForFunction(() =>
      (document.querySelector("ladderlock-video") as LadderlockVideo).qualities.some(
        ({ name, locked }) => name === "1080p" && locked,
      ),
    );
    // What is buffered of 1080p plays to its end.
    await film(page, (one) => {
      one.playbackRate = 2;
    });
    await page.waitForFunction(
      () => (document.querySelector("ladderlock-video") as unknown as HTMLVideoElement).videoHeight <= 480,
    );
    const late = keys.slice(asked);
    expect(late).toContain("720p 401");
    expect(late.filter((key) => /^(?:1080p|720p) 200$/.test(key))).toEqual([]);
    expect(await film(page, ({ video }) => video.src)).toBe(src);
  }

  describe("the site of examples/paywall", () => {
    it("has at most 80 lines", () => {
      const lines = ["site.ts", "node.ts", "worker.ts"].flatMap((name) =>
        readFileSync(join(EXAMPLE, name), "utf8").trimEnd().split("\n"),
      );
      expect(lines.length).toBeLessThanOrEqual(80);
    });

    it("sells 1080p on Node, as npm run node starts it, with a plain page: from the same position, without a reload, and locked again after a refund", async () => {
      const site = await onNode(settings());
      try {
        const bought = await buys(site, "/");
        await returns(bought);
        await bought.page.context().close();
      } finally {
        await site.close();
      }
    });

    it("sells it with React, and locks it again after a refund", async () => {
      const site = await onNode(settings());
      try {
        const bought = await buys(site, "/react");
        await returns(bought);
        await bought.page.context().close();
      } finally {
        await site.close();
      }
    });

    it("sells it on Workers", async () => {
      const site = await onWorkers(settings());
      try {
        const { page } = await buys(site, "/");
        await page.context().close();
      } finally {
        await site.close();
      }
    });
  });
}
