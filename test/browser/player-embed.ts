import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { LadderlockVideo } from "../../player/element/ladderlock-video.ts";
import { LADDER, type Stage } from "./player-stage.ts";

/* /embed and /oembed, on a page of another origin. EMBED_ANCESTORS of the stage allows every origin. */

type Message = { readonly ladderlock: number; readonly event: string; readonly detail: Record<string, unknown> };

export function describeEmbed(stage: () => Stage): void {
  const address = () => {
    const { stack, part } = stage();
    return `${stack.origin}/embed/${part.videoPostId}/${part.fileIndex}`;
  };
  const open = (origin: string, { query = "", hash = "", token = "" } = {}) =>
    stage().open(`<!doctype html><iframe id="film" width="640" height="360" allow="autoplay; fullscreen"
        src="${address()}?muted${query}&origin=${encodeURIComponent(origin)}${hash}"></iframe>
      <script>
        window.heard = [];
        window.send = (command) => film.contentWindow.postMessage({ ladderlock: 1, ...command }, "*");
        addEventListener("message", ({ origin, data }) => {
          heard.push({ ...data, origin });
          const token = "${token}";
          if (data.event === "ready" && token !== "") send({ command: "setToken", token });
        });
      </script>`);
  const heard = (page: Page) =>
    page.evaluate(() => (window as unknown as { heard: (Message & { origin: string })[] }).heard);
  const last = async (page: Page, event: string) => (await heard(page)).findLast((one) => one.event === event)?.detail;
  const send = (page: Page, command: object) =>
    page.evaluate((one) => (window as unknown as { send(command: object): void }).send(one), command);

  const frame = (page: Page) => page.frames().find((one) => one.url().includes("/embed/"));
  const isMuted = (page: Page) =>
    frame(page)?.evaluate(() => (document.querySelector("ladderlock-video") as LadderlockVideo).video.muted);

  describe("the embed page", () => {
    it("starts by itself and muted where its address says so, with the token that its page sends once it is ready", async () => {
      const { token } = await stage().stack.token(stage().part);
      const { page, complaints } = await open(stage().siteOrigin, { query: "&autoplay", token });
      await expect.poll(async () => (await last(page, "timeupdate"))?.currentTime).toBeGreaterThan(0.5);
      const qualities = LADDER.map((name) => ({ name, locked: false }));
      await expect.poll(() => last(page, "qualitieschange")).toEqual({ qualities });
      expect(await isMuted(page)).toBe(true);
      await send(page, { command: "mute", muted: false });
      await expect.poll(async () => (await last(page, "volumechange"))?.muted).toBe(false);
      expect(await isMuted(page)).toBe(false);
      expect(complaints).toEqual([]);
      await page.context().close();
    });

    it("plays under its strict policy, exchanges messages with its page, and takes a better token", async () => {
      const { page, complaints } = await open(stage().siteOrigin);
      await expect.poll(async () => (await last(page, "loadedmetadata"))?.duration).toBeGreaterThan(23);
      await send(page, { command: "play" });
      await expect.poll(async () => (await last(page, "timeupdate"))?.currentTime).toBeGreaterThan(0.5);
      await send(page, { command: "select", quality: "1080p" });
      await expect.poll(() => last(page, "locked")).toEqual({ quality: "1080p" });
      const { token } = await stage().stack.token(stage().part);
      await send(page, { command: "setToken", token });
      await expect.poll(async () => (await last(page, "qualitychange"))?.quality).toBe("1080p");
      await send(page, { command: "setToken", token: "no token" });
      await expect.poll(() => last(page, "refused")).toEqual({ command: "setToken" });
      await send(page, { command: "pause" });
      await expect.poll(async () => (await last(page, "pause"))?.paused).toBe(true);
      const origins = new Set((await heard(page)).map(({ origin }) => origin));
      expect([...origins]).toEqual([stage().stack.origin]);
      expect(complaints).toEqual([]);
      await page.context().close();
    });

    it("starts with the token behind the number sign, says nothing to another origin, and obeys none", async () => {
      const { token } = await stage().stack.token(stage().part, { qualities: ["1080p"] });
      const { page, answers } = await open("https://other.example", { hash: `#token=${token}` });
      await expect
        .poll(() =>
          frame(page)?.evaluate(() => (document.querySelector("ladderlock-video") as HTMLVideoElement).readyState),
        )
        .toBeGreaterThanOrEqual(2);
      await send(page, { command: "play" });
      await page.waitForTimeout(500);
      expect(
        await frame(page)?.evaluate(() => (document.querySelector("ladderlock-video") as HTMLVideoElement).paused),
      ).toBe(true);
      expect(await heard(page)).toEqual([]);
      expect(answers.filter(({ path }) => path === "/video/enc/token")).toEqual([]);
      await page.context().close();
    });

    it("is found by oEmbed from the watch page", async () => {
      const { stack, part } = stage();
      const watch = await fetch(`${stack.origin}/watch/${part.videoPostId}/${part.fileIndex}`);
      const [, link] =
        /^<([^>]+)>; rel="alternate"; type="application\/json\+oembed"$/.exec(watch.headers.get("link") ?? "") ?? [];
      const described = await fetch(`${link}&maxwidth=300`);
      expect(await described.json()).toMatchObject({
        ...{ version: "1.0", type: "video", title: "A clip", width: 300, height: 300 },
        html: `<iframe src="${address()}" width="300" height="300" title="A clip" allow="autoplay; fullscreen; picture-in-picture" style="border: 0"></iframe>`,
      });
    });
  });
}
