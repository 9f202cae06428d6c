import type { Locator } from "playwright-core";
import { expect } from "vitest";
import type { VideoPost } from "../../client/index.ts";
import type { ConsolePage } from "./console-page.ts";

/* What an editor does with the first part of a post in the tabs of its page. */

type ReadPost = () => Promise<VideoPost>;

export async function addCaptions(editor: ConsolePage, fileName: string, thePost: ReadPost): Promise<void> {
  const { page } = editor;
  await editor.tab("Captions").click();
  const part = page.getByRole("region", { name: `Captions and chapters of ${fileName}` });
  await part.getByRole("button", { name: "Add captions" }).click();
  const dialog = page.getByRole("dialog");
  const choose = (name: string, text: string) =>
    dialog.locator("input[type=file]").setInputFiles({ name, mimeType: "", buffer: Buffer.from(text) });
  await choose("film.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nGood morning.\n");
  await dialog.getByLabel("Language", { exact: true }).fill("en");
  await dialog.getByLabel("Name", { exact: true }).fill("English");
  expect(await editor.faults()).toEqual([]);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await part.getByText("en · 1 cue").waitFor();
  await part.getByRole("button", { name: "Set chapters" }).click();
  await choose("film.json", JSON.stringify({ chapters: [{ startSeconds: 0, title: "Morning" }] }));
  await part.getByText("Morning").waitFor();
  expect(await editor.faults()).toEqual([]);
  expect((await thePost()).files[0]!.captions).toHaveLength(1);
  await editor.tab("Parts").click();
}

/** Of an image that the browser has decoded; 0 before. */
const imageWidth = (image: Locator) => () => image.evaluate((shown: HTMLImageElement) => shown.naturalWidth);

export async function choosePosters(editor: ConsolePage, fileName: string, thePost: ReadPost): Promise<void> {
  const { page } = editor;
  await editor.tab("Poster").click();
  const part = page.getByRole("region", { name: `Poster of ${fileName}` });
  const images = async () => (await thePost()).files[0]!.images;
  const { poster, candidates } = await images();
  const { storyboard } = await images();
  await part.getByText(`Storyboard: ${storyboard!.tiles} tiles`).waitFor();
  const other = candidates.find(({ number }) => number !== poster!.candidate)!;
  const shown = imageWidth(part.getByRole("img", { name: /^Poster of/ }));
  await expect.poll(shown).toBe(poster!.width);
  for (const { number } of candidates) {
    await expect.poll(imageWidth(part.locator(".poster-candidate img").nth(number - 1))).toBe(poster!.width);
  }
  await part.getByText(new RegExp(`^Candidate ${other.number}, at`)).click();
  expect(await editor.faults()).toEqual([]);
  await part.getByRole("button", { name: "Use the candidate" }).click();
  await part.getByText("The candidate is the poster").waitFor();
  expect((await images()).poster).toMatchObject({ candidate: other.number });
  await editor.picture("console-poster");

  await part.getByRole("button", { name: "Upload an image" }).click();
  const dialog = page.getByRole("dialog");
  const image = { name: "own.png", mimeType: "image/png", buffer: await page.screenshot() };
  await dialog.locator("input[type=file]").setInputFiles(image);
  await dialog.getByText("uploaded").waitFor();
  expect(await editor.faults()).toEqual([]);
  await dialog.getByRole("button", { name: "Use as the poster" }).click();
  await part.getByText(/^Uploaded image/).waitFor();
  const own = (await images()).poster!;
  expect(own.candidate).toBe(null);
  await expect.poll(shown).toBe(own.width);

  const isView = /^\/api\/v2\/video-posts\/[^/]+$/;
  const views = editor.requestsOf(isView);
  await page.getByRole("link", { name: "Posts", exact: true }).click();
  await expect.poll(imageWidth(page.getByRole("row").locator("img"))).toBe(own.width);
  expect(editor.requestsOf(isView)).toBe(views);
  expect(await editor.faults("posts")).toEqual([]);
  await page.goBack();
  await part.getByRole("button", { name: "Back to the default" }).click();
  await expect.poll(async () => (await images()).poster?.candidate).toBe(poster!.candidate);
  await expect.poll(shown).toBe(poster!.width);
  await editor.tab("Parts").click();
}
