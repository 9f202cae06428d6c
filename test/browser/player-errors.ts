import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { LadderlockVideo } from "../../player/element/ladderlock-video.ts";
import { LADDER, type Stage } from "./player-stage.ts";

/* The error of `<ladderlock-video>`, and what ends it. */

type Film = LadderlockVideo & HTMLVideoElement;

const UNLOCKED = LADDER.map((name) => ({ name, locked: false }));
/** Longer than an isolate may remember that a token is valid. */
const REMEMBERED_MS = 1500;

export function describeErrors(stage: () => Stage): void {
  const element = (attributes: string) =>
    `<ladderlock-video muted server="${stage().stack.origin}" ${attributes}></ladderlock-video>`;
  const module = () => `${stage().stack.origin}/player-assets/element.js`;
  const qualities = (page: Page) => page.$eval("ladderlock-video", (film) => (film as unknown as Film).qualities);

  describe("the error of <ladderlock-video>", () => {
    it("ends when something is loaded again", async () => {
      const siteToken = () => Promise.reject(new Error("the site is down"));
      const viewer = "reader-13";
      const times = { maxTimeToFirstByteMs: 8000, maxLoadTimeMs: 20_000, timeoutRetry: null, errorRetry: null };
      const hlsConfig = { autoStartLoad: false, keyLoadPolicy: { default: times } };
      const { page } = await stage().open(
        `<!doctype html>${element("")}<script type="module">
          import "${module()}";
          const film = document.querySelector("ladderlock-video");
          window.fired = [];
          film.addEventListener("error", () => fired.push(film.error?.code));
          Object.assign(film, { onTokenNeeded: siteToken, hlsConfig: ${JSON.stringify(hlsConfig)} });
          film.load();
        </script>`,
        { siteToken },
      );
      const error = () =>
        page.$eval("ladderlock-video", (film) => {
          const { error } = film as unknown as Film;
          return error instanceof MediaError && { code: error.code, message: error.message };
        });
      const failed = { code: 3, message: expect.stringContaining("the site is down") };
      await expect.poll(error).toEqual(failed);
      const cleared = await page.$eval("ladderlock-video", (film) => {
        (film as unknown as Film).load();
        return (film as unknown as Film).error;
      });
      expect(cleared).toBe(null);
      await expect.poll(error).toEqual(failed);

      const use = async (token: object) =>
        page.$eval("ladderlock-video", (film, given) => (film as unknown as Film).setToken(given as never), token);
      await use(await stage().stack.token(stage().part, { viewer }));
      await expect.poll(() => qualities(page)).toEqual(UNLOCKED);
      expect(await error()).toBe(false);

      await stage().stack.client.revoke({ body: { viewer } });
      await page.waitForTimeout(REMEMBERED_MS);
      await page.$eval("ladderlock-video", (film) => (film as unknown as Film).player?.hls?.startLoad());
      await expect.poll(error).toEqual({ code: 2, message: expect.any(String) });
      expect(await page.evaluate("fired")).toEqual([3, 3, 2]);

      await use(await stage().stack.token(stage().part));
      expect(await error()).toBe(false);
      await page.$eval("ladderlock-video", (film) => {
        const one = film as unknown as Film;
        one.player?.hls?.startLoad();
        return one.play();
      });
      await page.waitForFunction(() => (document.querySelector("ladderlock-video") as Film).currentTime > 0.3);
      expect(await error()).toBe(false);
      await page.context().close();
    });

    it("is a media error that comes again at once; after one alone it continues", async () => {
      const { page } = await stage().open(
        `<!doctype html>${element(`autoplay video-post-id="${stage().part.videoPostId}"`)}
        <script type="module" src="${module()}"></script>`,
      );
      const reached = (seconds: number) =>
        page.waitForFunction(
          (wanted) => (document.querySelector("ladderlock-video") as Film).currentTime > wanted,
          seconds,
        );
      const breakMedia = () =>
        page.$eval("ladderlock-video", (film) => {
          const one = film as unknown as Film;
          const details = { type: "mediaError", details: "bufferAppendError", fatal: true, error: new Error("broken") };
          one.player?.hls?.trigger("hlsError" as never, details as never);
          return { at: one.currentTime, code: one.error?.code ?? null };
        });
      await reached(1);
      // Both errors at one time of the player's clock, however long the machine takes.
      await page.evaluate(() => {
        const at = Date.now();
        Date.now = () => at;
      });
      const { at, code } = await breakMedia();
      expect(code).toBe(null);
      await reached(at + 0.5);
      expect((await breakMedia()).code).toBe(3);
      await page.context().close();
    });
  });
}
