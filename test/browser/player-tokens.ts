import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { LadderlockVideo } from "../../player/element/ladderlock-video.ts";
import type { Player } from "../../player/playback/attach.ts";
import type { PlayerError } from "../../player/playback/player-events.ts";
import { LADDER, type Stage } from "./player-stage.ts";

/* Tokens that come late, are refused, or follow each other, with `attach` and with the element. */

type Film = LadderlockVideo & HTMLVideoElement;
type Seen = { readonly player: Player; readonly errors: PlayerError[] };

const UNLOCKED = LADDER.map((name) => ({ name, locked: false }));

export function describeTokens(stage: () => Stage): void {
  /** `siteToken` is what the test gives the page for its own backend. */
  const attached = (options: string) => `<!doctype html><video muted></video>
    <script type="module">
      import { attach } from "${stage().stack.origin}/player-assets/attach.js";
      import Hls from "${stage().stack.origin}/player-assets/hls.js";
      const video = document.querySelector("video");
      const seen = (window.seen = { player: null, errors: [] });
      seen.player = attach(video, { Hls, server: "${stage().stack.origin}", onTokenNeeded: siteToken, ${options} });
      seen.player.addEventListener("error", ({ detail }) => seen.errors.push(detail));
      video.addEventListener("canplay", () => video.play(), { once: true });
    </script>`;
  const read = (page: Page) =>
    page.evaluate(() => {
      const { player, errors } = (window as unknown as { seen: Seen }).seen;
      return { errors, qualities: player.qualities, token: player.token() };
    });
  const plays = (page: Page) =>
    page.waitForFunction(() => (document.querySelector("video") as HTMLVideoElement).currentTime > 0.5);
  const select = (page: Page, quality: string) =>
    page.evaluate((wanted) => (window as unknown as { seen: Seen }).seen.player.select(wanted), quality);
  const setToken = (page: Page, token: object) =>
    page.evaluate((given) => (window as unknown as { seen: Seen }).seen.player.setToken(given as never), token);
  const weak = () => stage().stack.token(stage().part, { qualities: ["480p"] });
  /** Longer than an isolate may remember that a token is valid. */
  const REMEMBERED_MS = 1500;

  /** A backend of the site that answers when the test says so. */
  function slowSite() {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const asked: (string | null)[] = [];
    const siteToken = async (refusal: { code: string } | null) => {
      asked.push(refusal?.code ?? null);
      if (await promise) return weak();
      throw new Error("the site is down");
    };
    return { asked, siteToken, answer: resolve };
  }

  describe("setToken", () => {
    it.each([
      ["the first token", true],
      ["its refusal", false],
    ])("is the newest, also where %s comes later", async (_name, succeeds) => {
      const { siteToken, asked, answer } = slowSite();
      const { page } = await stage().open(attached(""), { siteToken });
      await expect.poll(() => asked).toEqual([null]);
      await setToken(page, await stage().stack.token(stage().part));
      await plays(page);
      const { token } = await read(page);
      answer(succeeds);
      await page.waitForTimeout(500);
      expect(await read(page)).toEqual({ errors: [], qualities: UNLOCKED, token });
      await page.context().close();
    });

    it("is the newest, also where the token that replaces a revoked one comes later", async () => {
      const { siteToken, asked, answer } = slowSite();
      const viewer = "reader-11";
      const grant = await stage().stack.token(stage().part, { viewer });
      const { page } = await stage().open(attached(`grant: ${JSON.stringify(grant)}, quality: "360p"`), { siteToken });
      await plays(page);
      await stage().stack.client.revoke({ body: { viewer } });
      await page.waitForTimeout(REMEMBERED_MS);
      await select(page, "720p");
      await expect.poll(() => asked).toEqual(["token-revoked"]);
      await setToken(page, await stage().stack.token(stage().part));
      await expect.poll(() => page.$eval("video", ({ videoHeight }: HTMLVideoElement) => videoHeight)).toBe(720);
      const { token } = await read(page);
      answer(true);
      await page.waitForTimeout(500);
      expect(await read(page)).toEqual({ errors: [], qualities: UNLOCKED, token });
      await page.context().close();
    });
  });

  describe("a renewal that is refused", () => {
    it.each([
      ["before the site has answered", null],
      ["after it", { maxNumRetry: 1, retryDelayMs: 500, maxRetryDelayMs: 500 }],
    ])("is a fatal error where hls.js stops %s", async (name, errorRetry) => {
      const { siteToken, asked, answer } = slowSite();
      answer(false);
      const viewer = `reader of ${name}`;
      const grant = await stage().stack.token(stage().part, { viewer, qualities: ["480p"] });
      // By default hls.js asks nine times for a key that is refused.
      const times = { maxTimeToFirstByteMs: 8000, maxLoadTimeMs: 20_000, timeoutRetry: null };
      const hlsConfig = { autoStartLoad: false, keyLoadPolicy: { default: { ...times, errorRetry } } };
      const options = `grant: ${JSON.stringify(grant)}, hlsConfig: ${JSON.stringify(hlsConfig)}`;
      const { page } = await stage().open(attached(options), { siteToken });
      await expect.poll(async () => (await read(page)).token).not.toBe(null);
      await stage().stack.client.revoke({ body: { viewer } });
      await page.waitForTimeout(REMEMBERED_MS);
      await page.evaluate(() => (window as unknown as { seen: Seen }).seen.player.hls?.startLoad());
      const error = (fatal: boolean) => expect.objectContaining({ status: 401, code: "token-revoked", fatal });
      await expect.poll(async () => (await read(page)).errors).toEqual([error(false), error(true)]);
      expect(asked).toEqual(["token-revoked"]);
      await page.context().close();
    });

    it("is the one error where the first multivariant playlist is refused", async () => {
      const { siteToken, asked, answer } = slowSite();
      answer(false);
      const { masterUrl } = await weak();
      const grant = { masterUrl: masterUrl.slice(0, -4) };
      const { page } = await stage().open(attached(`grant: ${JSON.stringify(grant)}`), { siteToken });
      const refused = expect.objectContaining({ status: 401, code: "token-invalid", fatal: true });
      await expect.poll(async () => (await read(page)).errors).toEqual([refused]);
      expect(asked).toEqual(["token-invalid"]);
      await page.context().close();
    });
  });

  describe("<ladderlock-video>", () => {
    const element = (attributes: string) =>
      `<ladderlock-video muted server="${stage().stack.origin}" ${attributes}></ladderlock-video>`;
    const module = () => `${stage().stack.origin}/player-assets/element.js`;
    const qualities = (page: Page, selector = "ladderlock-video") =>
      page.$eval(selector, (film) => (film as unknown as Film).qualities);

    it("starts with the token and the source that it has once hls.js is loaded", async () => {
      const id = stage().part.videoPostId;
      const { page, answers } = await stage().open(`<!doctype html>
        <div id="paid">${element(`video-post-id="${id}"`)}</div>
        <div id="moved">${element('video-post-id="01a21904-ad02-735b-96eb-e427a4a73472"')}</div>
        <script type="module">
          import { LadderlockVideo } from "${module()}";
          const load = LadderlockVideo.loadHls;
          window.waiting = [];
          LadderlockVideo.loadHls = () => new Promise((resolve) => waiting.push(() => resolve(load())));
        </script>`);
      await page.waitForFunction(() => (window as unknown as { waiting?: object[] }).waiting?.length === 2);
      const grant = await stage().stack.token(stage().part);
      await page.evaluate(
        async ([token, videoPostId]) => {
          await (document.querySelector("#paid ladderlock-video") as Film).setToken(token);
          document.querySelector("#moved ladderlock-video")?.setAttribute("video-post-id", videoPostId);
          for (const resolve of (window as unknown as { waiting: (() => void)[] }).waiting) resolve();
        },
        [grant, id] as const,
      );
      await expect.poll(() => qualities(page, "#paid ladderlock-video")).toEqual(UNLOCKED);
      await expect.poll(() => qualities(page, "#moved ladderlock-video")).toHaveLength(LADDER.length);
      // The part of the second one alone.
      expect(answers.filter(({ path, status }) => path === "/video/enc/token" && status !== 204)).toHaveLength(1);
      await page.context().close();
    });

    it("plays a new source after setToken, and its source after load", async () => {
      const { page } = await stage().open(
        `<!doctype html>${element("")}<script type="module" src="${module()}"></script>`,
      );
      const film = (use: (film: Film, given: never) => unknown, given?: object | string) =>
        page.$eval("ladderlock-video", use as never, given as never);
      await page.waitForFunction(() => customElements.get("ladderlock-video") !== undefined);
      await film((one, token) => one.setToken(token), await stage().stack.token(stage().part));
      await expect.poll(() => qualities(page)).toEqual(UNLOCKED);

      const source = new URL((await weak()).masterUrl, stage().stack.origin).href;
      await film((one, url) => one.setAttribute("src", url), source);
      await expect.poll(() => qualities(page)).toEqual([{ name: "480p", locked: false }]);
      await film((one, token) => one.setToken(token), await stage().stack.token(stage().part));
      expect(await qualities(page)).toEqual(UNLOCKED);
      await film((one) => one.load());
      await expect.poll(() => qualities(page)).toEqual([{ name: "480p", locked: false }]);
      await page.context().close();
    });

    it("asks the function that the page has set last, as a rendering of React does", async () => {
      const viewer = "reader-12";
      const asked: string[] = [];
      const siteToken = (rendering: string) => {
        asked.push(rendering);
        return stage().stack.token(stage().part, rendering === "first" ? { viewer } : {});
      };
      const { page } = await stage().open(
        `<!doctype html>${element("")}<script type="module">
          import "${module()}";
          document.querySelector("ladderlock-video").onTokenNeeded = () => siteToken("first");
        </script>`,
        { siteToken },
      );
      await expect.poll(() => qualities(page)).toEqual(UNLOCKED);
      await page.$eval("ladderlock-video", (film) => {
        const { siteToken: ask } = window as unknown as { siteToken: (rendering: string) => Promise<never> };
        (film as unknown as Film).onTokenNeeded = () => ask("second");
      });
      await stage().stack.client.revoke({ body: { viewer } });
      await page.waitForTimeout(REMEMBERED_MS);
      await page.$eval("ladderlock-video", (film) => (film as unknown as Film).select("360p"));
      await expect.poll(() => asked).toEqual(["first", "second"]);
      await page.context().close();
    });

    it("has the properties that a page has set before it was defined", async () => {
      const { page } = await stage().open(`<!doctype html><ladderlock-video></ladderlock-video>
        <script type="module">
          const early = { muted: true, volume: 0.25, loop: true, paused: false, hlsConfig: { maxBufferLength: 8 } };
          Object.assign(document.querySelector("ladderlock-video"), early);
          await import("${module()}");
          window.isDefined = true;
        </script>`);
      await page.waitForFunction(() => (window as unknown as { isDefined?: boolean }).isDefined);
      const seen = await page.evaluate(() => {
        const film = document.querySelector("ladderlock-video") as Film;
        const { muted, volume, loop } = film.video;
        film.muted = false;
        const attribute = film.hasAttribute("loop");
        return { muted, volume, loop, attribute, paused: film.paused, after: film.video.muted, config: film.hlsConfig };
      });
      const config = { maxBufferLength: 8 };
      expect(seen).toEqual({
        muted: true,
        volume: 0.25,
        loop: true,
        attribute: true,
        paused: true,
        after: false,
        config,
      });
      await page.context().close();
    });
  });
}
