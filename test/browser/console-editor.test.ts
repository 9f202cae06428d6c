import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Browser, Request } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { fillPosts } from "../../bench/lists/many-posts.ts";
import { bodyOf, type VideoPost } from "../../client/index.ts";
import { type Stack, startStack } from "../e2e/stack.ts";
import { launchChromium } from "./chromium.ts";
import { type ConsolePage, openConsole } from "./console-page.ts";
import { rotateChosenParts, rotateChosenPosts, rotateEverything } from "./editor-rotations.ts";
import { addCaptions, choosePosters } from "./editor-tabs.ts";
import { CHUNK_BYTES, type EditorClips, holdChunkAt, makeClips } from "./editor-uploads.ts";
import { addPosters } from "./many-posters.ts";

/* An editor's day in a real browser, with real jobs. A minute beside other tests. */

const MANY_POSTS = 11_200;
/** Whole pages; the others are loaded in the same way. */
const SCROLLED_POSTS = 2000;
const TITLE = "فيلم عن سلّم";

let directory: string;
let stack: Stack;
let browser: Browser;
let editor: ConsolePage;
let clips: EditorClips;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ladderlock-console-"));
  [stack, browser] = await Promise.all([startStack(), launchChromium()]);
  clips = await makeClips(directory);
  editor = await openConsole(browser, stack, "/");
});

afterEach(() => {
  expect(editor.complaints).toEqual([]);
  expect(editor.requestedElsewhere).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function thePost(): Promise<VideoPost> {
  const videoPostId = new URL(editor.page.url()).pathname.split("/").at(-1) ?? "";
  return bodyOf(await stack.client.getVideoPost({ params: { videoPostId } }));
}
const uploaded = (clip: string) => editor.page.getByText(new RegExp(`${basename(clip)} ·.*uploaded`)).waitFor();
const status = (text: string) => editor.page.locator(".post-line").getByText(text);
describe("an editor", () => {
  it("finds the console on the front page and signs in, for as long as the tab is open", async () => {
    await editor.page.getByRole("link", { name: "the console" }).click();
    await editor.page.getByLabel("API key").waitFor();
    expect(await editor.faults()).toEqual([]);
    await editor.page.getByLabel("API key").fill("llk_0123456789abcdef_wrong");
    await editor.page.keyboard.press("Enter");
    await editor.page.getByRole("alert").getByText("Invalid credentials").waitFor();
    await editor.signIn(stack.adminKey);
    await editor.page.getByText("There are no posts yet").waitFor();
    expect(await editor.page.evaluate(() => [localStorage.length, document.cookie])).toEqual([0, ""]);
  });

  it("uploads two parts, with a reload in the middle, and creates the post", async () => {
    const { page } = editor;
    await page.getByRole("link", { name: "New post" }).click();
    await page.getByLabel("Title", { exact: true }).fill(TITLE);
    const held = holdChunkAt(CHUNK_BYTES);
    await page.route(/\/api\/v2\/uploads\/./, held.handle);
    await page.locator("input[type=file]").setInputFiles([clips.first, clips.large]);
    await uploaded(clips.first);
    await held.reached;
    await editor.button(`Pause ${basename(clips.large)}`).click();
    await editor.button(`Resume ${basename(clips.large)}`).click();
    await page.getByRole("progressbar", { name: basename(clips.large) }).waitFor();
    expect(await editor.faults()).toEqual([]);
    await page.reload();
    await page.unroute(/\/api\/v2\/uploads\/./);
    await page.getByText("interrupted").waitFor();
    expect(await page.getByLabel("Title", { exact: true }).inputValue()).toBe(TITLE);
    const sent: Request[] = [];
    page.on("request", (request) => void (request.method() === "PATCH" && sent.push(request)));
    await page.locator("input[type=file]").setInputFiles(clips.large);
    await uploaded(clips.large);
    expect(sent[0]?.headers()["upload-offset"]).toBe(String(CHUNK_BYTES));
    await editor.button("Create the post").click();
    await page.getByRole("heading", { level: 1, name: TITLE }).waitFor();
  });

  it("watches the progress of its jobs as it happens", async () => {
    const { page } = editor;
    const { videoPostId } = await thePost();
    await status("Processing").waitFor();
    await expect.poll(() => editor.requestsOf(`/api/v2/video-posts/${videoPostId}/events`)).toBeGreaterThan(0);
    await page.getByRole("progressbar").first().waitFor();
    await status("Waits for review").waitFor({ timeout: 180_000 });
    expect(await page.getByText("Ready", { exact: true }).count()).toBe(2);
    await editor.picture("console-post");
  });

  it("adds captions and chapters", () => addCaptions(editor, basename(clips.first), thePost));

  it("chooses a candidate as the poster, an uploaded image, and the default again", () =>
    choosePosters(editor, basename(clips.first), thePost));

  it("reviews it with the player, rejects it with a reason, and publishes it", async () => {
    const { page } = editor;
    expect(await editor.faults()).toEqual([]);
    await editor.button(`Play ${basename(clips.first)}`).click();
    await expect
      .poll(() => page.locator("video").evaluate((video: HTMLVideoElement) => video.currentTime))
      .toBeGreaterThan(0.5);
    expect(await editor.faults("player")).toEqual([]);
    const sprite = page.waitForResponse(/\/storyboard-1\.jpg/);
    await page.locator("ladderlock-video").hover();
    await page.locator("ladderlock-video .seek").hover();
    expect((await sprite).status()).toBe(200);
    await page.locator("ladderlock-video .preview .picture").waitFor();
    await editor.picture("console-player");
    await editor.confirm("Reject", "Reject", "The sound is too quiet.");
    await status("Rejected").waitFor();
    await page.getByText("The sound is too quiet.").first().waitFor();
    await editor.confirm("Submit again", "Submit again");
    await status("Waits for review").waitFor();
    await editor.confirm("Approve", "Publish");
    await status("Published").waitFor();
    expect((await thePost()).audit?.result).toBe("PASSED");
  });

  it("sets policies for each quality", async () => {
    const { page } = editor;
    await editor.tab("Access").click();
    const [{ quality } = { quality: "360p" }] = (await thePost()).files[0]!.qualityAuth;
    const form = page.getByRole("form").first();
    await form.getByRole("button", { name: new RegExp(`Who may watch ${quality}`) }).click();
    await page.getByRole("option", { name: "Viewers with an entitlement" }).click();
    await form.getByLabel(`Entitlement for ${quality}`).fill("gold");
    expect(await editor.faults()).toEqual([]);
    await form.getByRole("button", { name: "Save the policies" }).click();
    const gold = { quality, policy: "ENTITLED", entitlement: "gold" };
    await expect.poll(async () => (await thePost()).files[0]!.qualityAuth).toContainEqual(gold);
  });

  it("rotates the keys of a part and revokes the old version", async () => {
    const { page } = editor;
    await editor.tab("Keys").click();
    const part = page.getByRole("region", { name: `Keys of ${basename(clips.first)}` });
    await editor.confirm(part.getByRole("button", { name: "Rotate" }), "Rotate");
    await part.getByRole("heading", { name: "Version 2 (plays)" }).waitFor({ timeout: 120_000 });
    expect(await editor.faults()).toEqual([]);
    await editor.confirm(part.getByRole("button", { name: "Revoke" }).last(), "Revoke");
    await part.getByText("Revoked").first().waitFor();
  });

  it("rotates chosen parts in one batch and watches it", () => rotateChosenParts(editor, stack));

  it("is asked to load the newest version where the post has changed meanwhile", async () => {
    const { page } = editor;
    await editor.tab("Details").click();
    const { videoPostId } = await thePost();
    bodyOf(await stack.client.updateVideoPost({ params: { videoPostId }, body: { description: "By somebody else" } }));
    await page.getByLabel("Description").fill("By this editor");
    await editor.button("Save").click();
    await page.getByRole("alert").getByText("The post was changed since this version").waitFor();
    expect(await editor.faults()).toEqual([]);
    await editor.button("Load the newest version").click();
    await expect.poll(() => page.getByLabel("Description").inputValue()).toBe("By somebody else");
    await page.getByLabel("Description").fill("By this editor");
    await editor.button("Save").click();
    await expect.poll(async () => (await thePost()).description).toBe("By this editor");
    // The answer to the save comes later: what is done here next is done to this version.
    await page
      .getByText(`Version ${(await thePost()).version}`, { exact: true })
      .first()
      .waitFor();
  });

  it("reorders the parts, replaces one and removes the other", async () => {
    const { page } = editor;
    await editor.tab("Parts").click();
    await editor.button("Move part 2 up").click();
    await page.getByRole("heading", { name: `1. ${basename(clips.large)}` }).waitFor();
    await page.getByRole("article", { name: "Part 2" }).getByRole("button", { name: "Replace" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.locator("input[type=file]").setInputFiles(clips.other);
    await dialog.getByText("uploaded").waitFor();
    await dialog.getByRole("button", { name: "Replace" }).click();
    await page.getByRole("heading", { name: `2. ${basename(clips.other)}` }).waitFor({ timeout: 120_000 });
    await editor.confirm(
      page.getByRole("article", { name: "Part 1" }).getByRole("button", { name: "Remove" }),
      "Remove",
    );
    await page.getByRole("heading", { name: `1. ${basename(clips.other)}` }).waitFor();
    expect((await thePost()).files).toHaveLength(1);
  });

  it("reads the history, looks up a token and revokes it", async () => {
    const { page } = editor;
    const { videoPostId, files } = await thePost();
    await editor.tab("History").click();
    // Rows that are not in view are not in the document.
    await editor.resize({ width: 1280, height: 4000 });
    await page.getByText("The sound is too quiet.").waitFor();
    expect(await editor.faults()).toEqual([]);
    const { token } = await stack.token({ videoPostId, fileIndex: files[0]!.fileIndex }, { maxUses: 3 });
    await page.getByRole("link", { name: "Tokens" }).click();
    await page.getByLabel("Token or token id").fill(token);
    await editor.button("Look up").click();
    await page.getByText("Uses allowed").waitFor();
    expect(await editor.faults()).toEqual([]);
    const found = page.getByRole("region", { name: "Look up a token" });
    await editor.confirm(found.getByRole("button", { name: "Revoke" }), "Revoke");
    await page.getByRole("definition").getByText("Yes").waitFor();
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: TITLE }).waitFor();
  });

  it("rotates everything, and posts that are chosen in the list, in a batch each", async () => {
    await rotateEverything(editor, stack);
    await rotateChosenPosts(editor, stack, TITLE);
  });

  it("deletes the post, by the keyboard alone", async () => {
    const { page } = editor;
    await page.getByRole("heading", { level: 1, name: TITLE }).waitFor();
    await editor.tabTo("Delete");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    expect(await editor.faults()).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(() => editor.focused()).toBe("Delete");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await editor.tabTo("Delete");
    await page.keyboard.press("Enter");
    await page.getByText("There are no posts yet").waitFor();
  });
});

describe("a list of 10,000 posts", () => {
  it("is loaded page by page while it is scrolled, with few rows in the document", async () => {
    const { page } = editor;
    const database = await stack.database();
    await fillPosts(database, MANY_POSTS);
    expect(await database.count("video_post", { deleted_at: null })).toBeGreaterThan(10_000);
    await addPosters(stack, directory, { from: MANY_POSTS - SCROLLED_POSTS, end: MANY_POSTS });
    await editor.open("/console/posts");
    const rows = page.getByRole("row");
    const poster = rows.nth(3).locator("img");
    await expect.poll(() => poster.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(320);
    await editor.picture("console-posts");
    expect(await editor.faults("many-posts")).toEqual([]);
    await editor.scrollUntilLoaded(SCROLLED_POSTS);
    expect(await rows.count()).toBeLessThan(100);
    // Rows request their posters where the list rests: at the end of each page, at most 40 of 100.
    const requested = editor.requestsOf(/\/parts\/0\/poster$/);
    expect(requested).toBeGreaterThan(5);
    expect(requested).toBeLessThan(0.4 * SCROLLED_POSTS);
  });

  it("is filtered by status and by how titles begin", async () => {
    const { page } = editor;
    await page.evaluate(() => scrollTo(0, 0));
    await page.getByLabel("Title begins with").fill("élève 1");
    await page
      .getByRole("row")
      .getByText(/^Élève 1/)
      .first()
      .waitFor();
    await expect.poll(() => new URL(page.url()).searchParams.get("title")).toBe("élève 1");
    await page.getByRole("button", { name: /^Any, except deleted/ }).click();
    await page.getByRole("option", { name: "Deleted", exact: true }).click();
    await page.getByRole("row").getByText("Deleted").first().waitFor();
  });
});

describe("a caller with few scopes", () => {
  it("is offered what they allow, and nothing else", async () => {
    const { key } = bodyOf(await stack.client.createApiKey({ body: { name: "reader", scopes: ["posts:read"] } }));
    const reader = await openConsole(browser, stack, "/console/upload");
    await reader.signIn(key, false);
    await reader.page.getByText("This page requires the scope posts:write").waitFor();
    const links = reader.page.getByRole("navigation", { name: "Console" }).getByRole("link");
    expect(await links.allTextContents()).not.toContain("New post");
    expect(await reader.faults()).toEqual([]);
    await links.getByText("Posts", { exact: true }).click();
    await reader.page.getByRole("row").getByRole("link").first().click();
    await reader.tab("History").waitFor();
    expect(await reader.page.getByRole("tab").allTextContents()).not.toContain("Poster");
    // The key was in memory alone.
    await reader.page.reload();
    await reader.page.getByLabel("API key").waitFor();
    expect([reader.complaints, reader.requestedElsewhere]).toEqual([[], []]);
    await reader.close();
  });
});
