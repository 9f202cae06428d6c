import { join } from "node:path";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { LadderlockVideo } from "../../player/element/ladderlock-video.ts";
import { LADDER, type Stage } from "./player-stage.ts";

/* The controls of `<ladderlock-video>`, and those of others around it. */

const ROOT = join(import.meta.dirname, "../..");

export function describeControls(stage: () => Stage): void {
  const element = (attributes: string) => {
    const { stack, part } = stage();
    return `<ladderlock-video muted server="${stack.origin}" video-post-id="${part.videoPostId}" ${attributes}></ladderlock-video>`;
  };
  const page = (body: string, script = "") => `<!doctype html><body>${body}
    <script type="module">import "${stage().stack.origin}/player-assets/element.js"; ${script}</script>`;
  const isAt = (tab: Page, seconds: number) =>
    tab.waitForFunction(
      (wanted) =>
        (document.querySelector("ladderlock-video") as LadderlockVideo & HTMLVideoElement).currentTime > wanted,
      seconds,
    );

  describe("the controls of <ladderlock-video>", () => {
    it("show locked qualities as locked, by mouse and by keyboard alone, and fire `locked`", async () => {
      const { page: tab, complaints } = await stage().open(
        page(
          element(`controls autoplay style="width:720px;height:405px"`),
          `
          window.locked = [];
          document.querySelector("ladderlock-video").addEventListener("locked", ({ detail }) => locked.push(detail.quality));`,
        ),
      );
      await isAt(tab, 0.5);
      await tab.hover("ladderlock-video");
      await tab.click("role=button[name=/^Quality/]");
      const items = await tab
        .locator("role=menuitemradio")
        .evaluateAll((all) => all.map((one) => one.ariaLabel ?? one.textContent));
      expect(items).toEqual(["Automatic", "1080p, locked", "720p, locked", "480p", "360p"]);
      await tab.click("role=menuitemradio[name='1080p, locked']");
      expect(await tab.evaluate("locked")).toEqual(["1080p"]);

      await tab.focus("ladderlock-video");
      await tab.keyboard.press("k");
      await tab.waitForFunction(
        () => (document.querySelector("ladderlock-video") as unknown as HTMLVideoElement).paused,
      );
      await tab.focus("role=button[name=/^Quality/]");
      await tab.keyboard.press("ArrowDown");
      await tab.keyboard.press("End");
      await tab.keyboard.press("Enter");
      expect(
        await tab.evaluate(() => document.querySelector("ladderlock-video")!.shadowRoot!.activeElement?.ariaLabel),
      ).toMatch(/^Quality/);
      await tab.waitForFunction(
        () => (document.querySelector("ladderlock-video") as LadderlockVideo).quality === "360p",
      );
      const position = () =>
        tab.evaluate(() => (document.querySelector("ladderlock-video") as unknown as HTMLVideoElement).currentTime);
      const before = await position();
      await tab.focus("ladderlock-video");
      await tab.keyboard.press("ArrowRight");
      expect(await position()).toBeCloseTo(before + 5, 0);
      expect(complaints).toEqual([]);

      // axe reads open shadow trees.
      await tab.addScriptTag({ path: join(ROOT, "node_modules/axe-core/axe.min.js") });
      const violations = await tab.evaluate(async () => {
        const { axe } = window as unknown as {
          axe: { run(context: string): Promise<{ violations: { id: string }[] }> };
        };
        return (await axe.run("ladderlock-video")).violations.map(({ id }) => id);
      });
      expect(violations).toEqual([]);
      await tab.context().close();
    });
  });

  describe("players of others", () => {
    it("Media Chrome drives it", async () => {
      const body = `<media-controller style="width:600px">${element('slot="media"')}
        <media-control-bar><media-play-button></media-play-button><media-mute-button></media-mute-button>
        <media-time-range></media-time-range><media-time-display showduration></media-time-display></media-control-bar>
        </media-controller>`;
      const { page: tab, complaints } = await stage().open(page(body, `import "/media-chrome/dist/index.js";`));
      const state = () =>
        tab.$eval("media-controller", (one) => ({
          paused: one.hasAttribute("mediapaused"),
          muted: one.hasAttribute("mediamuted"),
          duration: Number(one.getAttribute("mediaduration")),
          time: Number(one.getAttribute("mediacurrenttime")),
        }));
      await expect.poll(async () => (await state()).duration).toBeGreaterThan(23);
      expect(await state()).toMatchObject({ paused: true, muted: true });
      await tab.click("media-play-button");
      await isAt(tab, 0.3);
      await expect.poll(state).toMatchObject({ paused: false });
      await tab.click("media-mute-button");
      await expect.poll(state).toMatchObject({ muted: false });
      await tab.click("media-time-range", { position: { x: 100, y: 10 } });
      await isAt(tab, 5);
      await tab.click("media-play-button");
      await expect.poll(state).toMatchObject({ paused: true });
      expect(complaints).toEqual([]);
      await tab.context().close();
    });

    it("a skin of Video.js 10 drives it, with the mixin of Video.js", async () => {
      const script = await build({
        stdin: {
          contents: `
            import { MediaAttachMixin } from "@videojs/html";
            import "@videojs/html/video/player";
            import "@videojs/html/video/skin";
            import { LadderlockVideo } from "./player/element/ladderlock-video.ts";
            customElements.define("site-video", MediaAttachMixin(LadderlockVideo));`,
          resolveDir: ROOT,
        },
        ...{ bundle: true, format: "esm", platform: "browser", write: false, loader: { ".css": "text" } },
      });
      const body = `<video-player><video-skin>${element("").replaceAll("ladderlock-video", "site-video")}</video-skin></video-player>
        <script type="module">${script.outputFiles[0]!.text.replaceAll("</script", "<\\/script")}</script>`;
      const { page: tab } = await stage().open(`<!doctype html><body>${body}`);
      const media = () =>
        tab.$eval("site-video", (one) => {
          const { paused, currentTime, readyState } = one as unknown as HTMLVideoElement;
          return { paused, hasStarted: currentTime > 0.3, isReady: readyState >= 3 };
        });
      await expect.poll(media).toMatchObject({ paused: true, isReady: true });
      await tab.locator("media-play-button").first().click();
      await expect.poll(media).toMatchObject({ paused: false, hasStarted: true });
      const qualities = await tab.$eval("site-video", (one) =>
        (one as LadderlockVideo).qualities.map(({ name }) => name),
      );
      expect(qualities).toEqual(LADDER);
      await tab.context().close();
    });
  });
}
