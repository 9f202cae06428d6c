import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { bodyOf } from "../../client/index.ts";
import type { LadderlockVideo } from "../../player/element/ladderlock-video.ts";
import { subRip } from "../fixtures/media/subtitled-clip.ts";
import { CLIP_SECONDS, type Stage } from "./player-stage.ts";

/* Captions, chapters and the storyboard in the controls of `<ladderlock-video>`. They are added to the stage's part. */

type Film = LadderlockVideo & HTMLVideoElement;

const CHAPTERS = [
  { startSeconds: 0, title: "Key & lock" },
  { startSeconds: 8, title: "The <gate>" },
  { startSeconds: 16, title: "End" },
];
const TILE_SECONDS = 1;

export function describeTexts(stage: () => Stage): void {
  const read = <T>(page: Page, use: (film: Film) => T) =>
    page.$eval("ladderlock-video", use as (film: HTMLElement | SVGElement) => T);
  const seek = (page: Page, seconds: number) =>
    page.$eval(
      "ladderlock-video",
      (film, to) => {
        (film as unknown as Film).currentTime = to;
      },
      seconds,
    );
  const master = async () => {
    const { masterUrl } = await stage().stack.token(stage().part);
    return (await fetch(new URL(masterUrl, stage().stack.origin))).text();
  };
  const open = async () => {
    const { origin } = stage().stack;
    await expect.poll(master).toContain("SUBTITLES");
    const { page, complaints } = await stage().open(`<!doctype html><body style="margin: 0">
      <ladderlock-video muted controls server="${origin}" video-post-id="${stage().part.videoPostId}"
        style="width: 800px; height: 450px"></ladderlock-video>
      <script type="module" src="${origin}/player-assets/element.js"></script>`);
    await page.waitForFunction(() => {
      const film = document.querySelector("ladderlock-video") as Film | null;
      const loaded = [...(film?.textTracks ?? [])].filter(({ cues }) => (cues?.length ?? 0) > 0);
      return film?.readyState === 4 && loaded.length === 2;
    });
    return { page, complaints };
  };
  const choose = async (page: Page, name: string) => {
    await page.hover("ladderlock-video");
    await page.click("role=button[name='Captions, CC']");
    await page.click(`role=menuitemradio[name='${name}']`);
  };
  /** What is written over the picture. */
  const shown = (page: Page) =>
    read(page, ({ textTracks }) =>
      [...textTracks]
        .filter(({ kind, mode }) => mode === "showing" && kind !== "chapters")
        .flatMap(({ activeCues }) => [...(activeCues ?? [])].map((cue) => (cue as VTTCue).text)),
    );
  /** Moves the pointer over the seek bar, to a time. */
  const pointAt = async (page: Page, seconds: number) => {
    const { x, y, width, height } = (await page.locator("role=slider[name=Position]").boundingBox())!;
    await page.mouse.move(x + (width * seconds) / CLIP_SECONDS, y + height / 2);
  };

  describe("the texts of a part in <ladderlock-video>", () => {
    beforeAll(async () => {
      const { videoPostId, fileIndex } = stage().part;
      const params = { videoPostId, fileIndex: String(fileIndex) };
      const { client } = stage().stack;
      for (const [language, name, text] of [
        ["en", "English", "The lock"],
        ["de", "Deutsch", "Das Schloss"],
      ] as const) {
        const cues = subRip([
          [0, 10, text],
          [10, CLIP_SECONDS, `${text}, later`],
        ]);
        const file = { type: "text/vtt", content: cues } as const;
        bodyOf(await client.addCaption({ params, query: { language, name }, file }));
      }
      const chapters = { type: "application/json", content: JSON.stringify({ chapters: CHAPTERS }) } as const;
      bodyOf(await client.setChapters({ params, file: chapters }));
    });

    it("shows the captions of the language that is chosen, at their times, and none after Off", async () => {
      const { page, complaints } = await open();
      expect(await shown(page)).toEqual([]);
      await seek(page, 3);
      await choose(page, "Deutsch");
      await expect.poll(() => shown(page)).toEqual(["Das Schloss"]);
      await seek(page, 15);
      await expect.poll(() => shown(page)).toEqual(["Das Schloss, later"]);
      await choose(page, "English");
      await expect.poll(() => shown(page)).toEqual(["The lock, later"]);
      await page.click("role=button[name='Captions, CC']");
      const items = await page
        .locator("role=menuitemradio")
        .evaluateAll((all) => all.map(({ textContent, ariaChecked }) => [textContent, ariaChecked]));
      expect(items).toEqual([
        ["Off", "false"],
        ["English", "true"],
        ["Deutsch", "false"],
      ]);
      await page.click("role=menuitemradio[name=Off]");
      await expect.poll(() => shown(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    });

    it("names the chapter of the position, and that under the pointer", async () => {
      const { page } = await open();
      const position = page.locator("role=slider[name=Position]");
      for (const [seconds, title] of [
        [3, "Key & lock"],
        [9, "The <gate>"],
        [20, "End"],
      ] as const) {
        await seek(page, seconds);
        await expect.poll(() => page.locator(".chapter").textContent()).toBe(title);
        await expect
          .poll(() => position.getAttribute("aria-valuetext"))
          .toBe(`0:${String(seconds).padStart(2, "0")} of 0:24, ${title}`);
        await pointAt(page, seconds + 0.5);
        expect(await page.locator(".preview span").textContent()).toMatch(new RegExp(`^${title} · 0:\\d\\d$`));
      }
      await page.context().close();
    });

    it("shows the picture of the storyboard for the time under the pointer", async () => {
      const { page } = await open();
      const picture = page.locator(".preview .picture");
      for (const seconds of [2.5, 13.5, 21.5]) {
        await pointAt(page, seconds);
        await picture.waitFor();
        // Its sprite may still be on its way.
        await expect
          .poll(async () => nearestTile(page, await picture.screenshot()))
          .toBe(Math.floor(seconds / TILE_SECONDS));
      }
      await page.mouse.move(5, 5);
      expect(await picture.isVisible()).toBe(false);
      await page.context().close();
    });
  });
}

/** The number of the tile of storyboard.json that a picture looks like most. */
function nearestTile(page: Page, seen: Buffer): Promise<number> {
  return page.evaluate(
    async (png) => {
      const film = document.querySelector("ladderlock-video") as Film;
      const address = film.player?.url("storyboard.json") ?? "";
      type Tile = { url: string; width: number; height: number; coords: { x: number; y: number } };
      const tiles = (await (await fetch(address)).json()) as Tile[];
      const bitmap = async (url: string) => createImageBitmap(await (await fetch(url)).blob());
      const [sprite, found] = await Promise.all([bitmap(new URL(tiles[0]!.url, address).href), bitmap(png)]);
      const differences = tiles.map(({ width, height, coords: { x, y } }) => {
        const pixels = (image: ImageBitmap, left: number, top: number) => {
          const context = new OffscreenCanvas(width, height).getContext("2d")!;
          context.drawImage(image, -left, -top);
          return context.getImageData(0, 0, width, height).data;
        };
        const [wanted, shown] = [pixels(sprite, x, y), pixels(found, 0, 0)];
        return wanted.reduce((sum, value, index) => sum + Math.abs(value - shown[index]!), 0) / wanted.length;
      });
      return differences.indexOf(Math.min(...differences));
    },
    `data:image/png;base64,${seen.toString("base64")}`,
  );
}
