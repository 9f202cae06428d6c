import { join } from "node:path";
import type { Page } from "playwright-core";
import { onNode } from "../../../test/browser/paywall-sites.ts";
import type { Stage } from "../../../test/browser/player-stage.ts";
import { openWatchPage } from "../../../test/browser/watch-page.ts";
import { writePicture } from "./write-picture.ts";

const DOCS = join(import.meta.dirname, "../../../docs");

const WIDE = { width: 640, height: 360 };
const QUALITY = "role=button[name=/^Quality/]";

/** The pictures of docs/player.md and docs/captions.md. */
export async function playerPictures(stage: Stage): Promise<void> {
  const { page } = await stage.open(elementPage(stage));
  await page.setViewportSize(WIDE);
  await playsTo(page, 2);
  await page.hover("ladderlock-video");
  await page.click(QUALITY);
  await shoot(page, "player");

  await page.keyboard.press("Escape");
  await page.click("role=button[name='Captions, CC']");
  await page.click("role=menuitemradio[name=English]");
  await seek(page, 11);
  await page.click("role=button[name='Captions, CC']");
  await shoot(page, "captions");

  await page.click("role=menuitemradio[name=Off]");
  const bar = await page.locator("role=slider[name=Position]").boundingBox();
  if (bar === null) throw new Error("there is no seek bar");
  await page.mouse.move(bar.x + bar.width * 0.78, bar.y + bar.height / 2);
  await shoot(page, "player-storyboard");
  await page.context().close();

  await paywallPictures(stage);
  await embedPicture(stage);
}

/** examples/paywall: the lock is chosen, then 1080p is bought. */
async function paywallPictures({ stack, part, browser }: Stage): Promise<void> {
  const settings = { LADDERLOCK: stack.origin, API_KEY: stack.adminKey, VIDEO_POST_ID: part.videoPostId };
  const site = await onNode(settings);
  try {
    const page = await (await browser.newContext({ viewport: { width: 720, height: 420 } })).newPage();
    await page.goto(site.origin);
    await page.waitForFunction(() => (document.querySelector("ladderlock-video") as HTMLVideoElement)?.readyState >= 2);
    await page.$eval("ladderlock-video", (film) => void (film as HTMLVideoElement).play());
    await playsTo(page, 2);
    await page.hover("ladderlock-video");
    await page.click(QUALITY);
    await page.click("role=menuitemradio[name='1080p, locked']");
    await page.waitForSelector("dialog[open]");
    await shoot(page, "paywall-locked");
    await page.click("role=button[name=Buy]");
    await page.waitForFunction(
      () => (document.querySelector("ladderlock-video") as HTMLVideoElement).videoHeight > 720,
    );
    await page.hover("ladderlock-video");
    await page.click(QUALITY);
    await shoot(page, "paywall-bought");
    await page.context().close();
  } finally {
    await site.close();
  }
}

async function embedPicture(stage: Stage): Promise<void> {
  const { origin } = stage.stack;
  const { page } =
    await stage.open(`<!doctype html><body style="margin: 0; background: #fff; font: 16px/1.5 Georgia, serif">
    <div style="padding: 16px 24px"><b style="font-size: 22px">A page of another site</b>
    <p style="margin: 4px 0 12px">The film below is an iframe of the Worker, with its own controls.</p>
    <iframe width="560" height="315" style="border: 0" allow="autoplay"
      src="${origin}/embed/${stage.part.videoPostId}/0?autoplay&muted"></iframe></div>`);
  await page.setViewportSize({ width: 610, height: 430 });
  const frame = page.frameLocator("iframe");
  const film = frame.locator("ladderlock-video");
  await film.evaluate(
    (one) =>
      new Promise((resolve) =>
        one.addEventListener("timeupdate", () => (one as HTMLVideoElement).currentTime > 1 && resolve(null)),
      ),
  );
  await film.evaluate((one) => (one as HTMLVideoElement).pause());
  await film.hover();
  await shoot(page, "embed");
  await page.context().close();
}

/** The watch page, which the README shows, after an anonymous viewer has tried 1080p. */
export async function watchPicture({ stack, part, browser }: Stage): Promise<void> {
  const watched = await openWatchPage(browser, stack, part, { width: 1200 });
  await watched.play();
  await watched.page.waitForFunction(() => (document.querySelector("video") as HTMLVideoElement).currentTime > 3);
  await watched.tryAnyway("1080p");
  await watched.page.locator(".rung[data-quality='1080p'] .rung-state", { hasText: "Refused" }).waitFor();
  await watched.page.setViewportSize({ width: 1200, height: 860 });
  await shoot(watched.page, "watch-page");
  await watched.close();
}

function elementPage({ stack, part }: Stage): string {
  return `<!doctype html><body style="margin: 0">
    <ladderlock-video controls muted autoplay server="${stack.origin}" video-post-id="${part.videoPostId}"
      style="width: ${WIDE.width}px; height: ${WIDE.height}px"></ladderlock-video>
    <script type="module" src="${stack.origin}/player-assets/element.js"></script>`;
}

const playsTo = (page: Page, seconds: number) =>
  page.waitForFunction(
    (wanted) => (document.querySelector("ladderlock-video") as unknown as HTMLVideoElement).currentTime > wanted,
    seconds,
  );

async function seek(page: Page, seconds: number): Promise<void> {
  await page.$eval(
    "ladderlock-video",
    async (one, to) => {
      const film = one as unknown as HTMLVideoElement;
      film.pause();
      const seeked = new Promise((resolve) => film.addEventListener("seeked", resolve, { once: true }));
      film.currentTime = to;
      await seeked;
    },
    seconds,
  );
}

/** After what the page has still to load for it: sprites of the storyboard, and frames after a change. */
async function shoot(page: Page, name: string): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await writePicture(join(DOCS, `${name}.png`), await page.screenshot());
}
