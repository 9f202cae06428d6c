import { expect } from "vitest";
import type { Stack } from "../e2e/stack.ts";
import type { ConsolePage } from "./console-page.ts";

/* Rotation batches as an editor starts and watches them. Each ends on the page where it began. */

const BATCH_MS = 120_000;

/** The page of a batch that has just been started, until all of its parts have new keys. */
async function watchBatch({ page, faults }: Watched, stack: Stack, selection: string, parts: number): Promise<void> {
  await page.getByRole("heading", { level: 1, name: "Rotation batch" }).waitFor();
  await page.getByRole("progressbar", { name: new RegExp(`of ${parts} parts`) }).waitFor();
  await page.getByRole("definition").getByText(selection, { exact: true }).waitFor();
  expect(await faults()).toEqual([]);
  await stack.scheduled();
  await page.getByText(`${parts} of ${parts} parts`).waitFor({ timeout: BATCH_MS });
  await expect.poll(() => page.getByRole("row").getByText("Succeeded").count()).toBe(parts);
}

type Watched = Pick<ConsolePage, "page"> & { readonly faults: () => Promise<readonly string[]> };

const watched = (editor: ConsolePage): Watched => ({ page: editor.page, faults: () => editor.faults("batch") });

/** On the tab of the keys of a post with two parts. */
export async function rotateChosenParts(editor: ConsolePage, stack: Stack): Promise<void> {
  const { page } = editor;
  const address = page.url();
  const several = page.getByRole("region", { name: "Rotate several parts in one batch" });
  const rotate = several.getByRole("button", { name: "Rotate the chosen" });
  expect(await rotate.isDisabled()).toBe(true);
  await several.getByRole("checkbox").first().focus();
  await page.keyboard.press("Space");
  expect(await rotate.isDisabled()).toBe(false);
  expect(await editor.faults("keys")).toEqual([]);
  await several.getByRole("button", { name: "Choose all parts" }).click();
  await rotate.click();
  await page.getByRole("dialog").getByRole("heading", { name: "Rotate the keys of 2 parts" }).waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Start the batch" }).click();
  await watchBatch(watched(editor), stack, "2 chosen", 2);
  await page.goto(address);
}

export async function rotateChosenPosts(editor: ConsolePage, stack: Stack, title: string): Promise<void> {
  const { page } = editor;
  const address = page.url();
  await page.getByRole("link", { name: "Posts", exact: true }).click();
  const choice = page.getByRole("checkbox", { name: `Choose ${title}` });
  await choice.focus();
  await page.keyboard.press("Space");
  const chosen = page.getByRole("region", { name: "Chosen posts" });
  await chosen.getByText("1 post chosen").waitFor();
  expect(await editor.faults("chosen-posts")).toEqual([]);
  await editor.confirm("Rotate the chosen", "Start the batch");
  await watchBatch(watched(editor), stack, "1 chosen", 1);
  await page.goto(address);
}

export async function rotateEverything(editor: ConsolePage, stack: Stack): Promise<void> {
  const { page } = editor;
  const address = page.url();
  await page.getByRole("link", { name: "Key rotation" }).click();
  await page.getByText("2 chosen").waitFor();
  expect(await editor.faults("batches")).toEqual([]);
  await editor.confirm("Rotate all keys", "Start the batch");
  await watchBatch(watched(editor), stack, "everything", 1);
  await page.goto(address);
}
