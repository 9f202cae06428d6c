import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Hls from "hls.js";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, it, type TestContext } from "vitest";
import type { SessionKeeper } from "../../player/session/session-refresh.ts";
import { type Part, type Stack, startStack } from "../e2e/stack.ts";
import { TEST_SECRETS } from "../e2e/test-secrets.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { launchChromium } from "./chromium.ts";
import { openWatchPage, type WatchPage } from "./watch-page.ts";

/*
 * Pauses that are longer than a play session, in a real browser: on the watch page, and on a page of a site's own. The
 * tests mostly wait, so they run at the same time, each with its own viewer.
 */

const CLIP_SECONDS = 4;
/** Refreshed after half of it: on a busy machine, a browser may stand still for ten seconds. */
const SESSION_SECONDS = 24;
/** Clocks may differ by five seconds; and a second more. */
const SESSION_OVER_MS = (SESSION_SECONDS + 5 + 1) * 1000;

let directory: string;
let stack: Stack;
let part: Part;
let browser: Browser;
let site: Server;
let siteOrigin: string;
let viewers = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ladderlock-session-"));
  const settings = { SESSION_SHORTEST_SECONDS: String(SESSION_SECONDS) };
  [stack, browser, site] = await Promise.all([startStack({ settings }), launchChromium(), startSite()]);
  siteOrigin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const path = join(directory, "clip.mp4");
  await generateClip({ path, size: "854x480", frameRate: "15", seconds: CLIP_SECONDS, sound: true });
  part = await stack.ingest(path, { title: "A clip" });
});

afterAll(async () => {
  await browser?.close();
  site?.close();
  await stack?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Another origin than the Worker's: hls.js, and a page that plays as docs/playback-tokens.md shows it. */
async function startSite(): Promise<Server> {
  const hls = await readFile(join(import.meta.dirname, "../../node_modules/hls.js/dist/hls.mjs"));
  const server = createServer((request, response) => {
    const script = request.url === "/hls.mjs";
    response.setHeader("content-type", script ? "text/javascript" : "text/html");
    response.end(script ? hls : sitePage(request.url === "/renewing"));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return server;
}

/** `siteToken` is what the test gives the page for its own backend. */
const sitePage = (renews: boolean) => `<!doctype html><video id="video" muted></video>
<script type="module">
  import Hls from "/hls.mjs";
  import { keepSession } from "${stack.origin}/watch-assets/session-refresh.js";
  const state = (window.state = { hls: new Hls(), session: null, renewals: 0, refusals: [] });
  state.hls.on(Hls.Events.MANIFEST_PARSED, () => (state.hls.loadLevel = 0));
  const renew = () => {
    state.renewals++;
    return siteToken();
  };
  state.session = keepSession(state.hls, {
    renew: ${renews ? "renew" : "undefined"},
    onRefused: (status, code) => state.refusals.push(status + " " + code),
  });
  const { masterUrl } = await siteToken();
  state.hls.loadSource(masterUrl);
  state.hls.attachMedia(document.querySelector("#video"));
</script>`;

const newViewer = () => `viewer-${++viewers}`;

/** Tokens whose sessions are counted, which the site's backend requests. */
const siteToken = (viewer: string) => stack.token(part, { viewer, maxUses: 100 });

/** What a page asked for and heard: addresses of the Worker with their status, in the order of the answers. */
function listenTo(page: Page): { readonly path: string; readonly token: string | null; readonly status: number }[] {
  const heard: { path: string; token: string | null; status: number }[] = [];
  page.on("response", (response) => {
    const { pathname, searchParams } = new URL(response.url());
    heard.push({ path: pathname, token: searchParams.get("token"), status: response.status() });
  });
  return heard;
}

const claimsOf = (token: string | null) =>
  JSON.parse(Buffer.from((token ?? "").split(".")[1] ?? "", "base64url").toString()) as { sid?: string; exp: number };

/** Whether the session that a key was requested with is still live, as its counter has it. */
async function isLive(token: string | null): Promise<boolean> {
  const response = await fetch(new URL("/admin/video/enc/tokens/look-up", stack.origin), {
    method: "POST",
    headers: { authorization: `Bearer ${TEST_SECRETS.ADMIN_API_KEY}` },
    body: JSON.stringify({ token }),
  });
  const { sessions } = (await response.json()) as { sessions: { sessionId: string }[] };
  return sessions.some(({ sessionId }) => sessionId === claimsOf(token).sid);
}

describe.concurrent("the watch page", () => {
  async function open({ onTestFinished }: TestContext): Promise<WatchPage> {
    const viewer = newViewer();
    const page = await openWatchPage(browser, stack, part, {
      prepare: (tab) =>
        tab.route("**/video/enc/token", async (route) => route.fulfill({ json: await siteToken(viewer) })),
    });
    onTestFinished(() => page.close());
    return page;
  }

  it("plays on after a pause that is longer than the session, in the same session", async (test) => {
    const { expect } = test;
    const page = await open(test);
    const heard = listenTo(page.page);
    await page.choose("480p");
    await page.picture(480);
    // Slowly, so that the pause comes before the end. Playback begins up to a frame before the first picture.
    await page.play(0.25);
    await page.page.waitForFunction(() => (document.querySelector("#video") as HTMLVideoElement).currentTime > 0.5);
    await page.page.$eval("#video", (video) => (video as HTMLVideoElement).pause());
    const first = page.requested.find(({ pathname }) => pathname.endsWith("/480p/index.m3u8"))!;
    await sleep(SESSION_OVER_MS);
    expect((await fetch(first)).status).toBe(401);

    await page.choose("360p");
    await page.picture(360);
    await page.play();
    await page.ended();
    const asked = heard.filter(({ path, token }) => token !== null && path.includes("/video/enc/"));
    const late = asked.filter(({ path }) => path.endsWith("/360p/index.m3u8") || path === "/video/enc/key");
    expect(late.map(({ status }) => status)).toEqual(late.map(() => 200));
    const before = claimsOf(first.searchParams.get("token"));
    const after = claimsOf(late.at(-1)?.token ?? null);
    expect(after.sid).toBe(before.sid);
    expect(after.exp).toBeGreaterThan(before.exp);
    expect(heard.filter(({ path }) => path === "/video/enc/session").length).toBeGreaterThanOrEqual(2);
    expect((await page.log()).filter(({ kind }) => kind === "token")).toHaveLength(1);
    expect(page.complaints).toEqual([]);
  });

  it("ends its session when it is left, and when another viewer takes over", async (test) => {
    const { expect } = test;
    const page = await open(test);
    await page.play(0.25);
    await page.page.waitForFunction(() => (document.querySelector("#video") as HTMLVideoElement).currentTime > 0.5);
    const first = page.keyAnswers[0]?.url.searchParams.get("token") ?? null;
    expect(await isLive(first)).toBe(true);
    await page.page.goto("about:blank");
    await expect.poll(() => isLive(first)).toBe(false);

    // A switch of quality may have asked for more than one key.
    const asked = page.keyAnswers.length;
    await page.page.goto(`${stack.origin}/watch/${part.videoPostId}/${part.fileIndex}`);
    await expect.poll(() => page.keyAnswers.length).toBeGreaterThan(asked);
    const second = page.keyAnswers.at(-1)?.url.searchParams.get("token") ?? null;
    expect(claimsOf(second).sid).not.toBe(claimsOf(first).sid);
    await page.watchAs("subscriber");
    await expect.poll(() => isLive(second)).toBe(false);
  });
});

describe.concurrent("a page of a site's own", () => {
  type SitePage = { hls: Hls; session: SessionKeeper; renewals: number; refusals: string[] };

  async function open({ onTestFinished }: TestContext, path: "/" | "/renewing", viewer = newViewer()): Promise<Page> {
    const context = await browser.newContext();
    context.setDefaultTimeout(60_000);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.exposeFunction("siteToken", async () => {
      const { masterUrl } = await siteToken(viewer);
      return { masterUrl: `${stack.origin}${masterUrl}` };
    });
    await page.goto(`${siteOrigin}${path}`);
    await page.waitForFunction(() => (document.querySelector("#video") as HTMLVideoElement).readyState >= 3);
    return page;
  }

  const state = (page: Page) =>
    page.evaluate(() => {
      const { renewals, refusals } = (window as unknown as { state: SitePage }).state;
      const { currentTime, paused } = document.querySelector("#video") as HTMLVideoElement;
      return { renewals, refusals, currentTime, paused };
    });

  /** Another quality, of which the player has neither playlist nor key. */
  const playOther = (page: Page) =>
    page.evaluate(() => {
      (window as unknown as { state: SitePage }).state.hls.currentLevel = 1;
      return (document.querySelector("#video") as HTMLVideoElement).play();
    });
  const ended = (page: Page) =>
    page.waitForFunction(() => (document.querySelector("#video") as HTMLVideoElement).ended);

  /** Where playback starts from now on. In `played`, Chromium adds what lies before a seek of a video without metadata. */
  async function playedFrom(page: Page): Promise<() => Promise<number[]>> {
    const starts = await page.evaluateHandle(() => {
      const positions: number[] = [];
      const video = document.querySelector("#video") as HTMLVideoElement;
      video.addEventListener("playing", () => positions.push(video.currentTime));
      return positions;
    });
    return () => starts.jsonValue();
  }

  it("keeps its session by the module alone, although an answer is cut off", async (test) => {
    const { expect } = test;
    const page = await open(test, "/");
    const cut = { body: '{"token":"ey', headers: { "access-control-allow-origin": "*" } };
    await page.route("**/video/enc/session", (route) => route.fulfill(cut), { times: 1 });
    const heard = listenTo(page);
    await sleep(SESSION_OVER_MS);
    await playOther(page);
    await ended(page);
    const keys = heard.filter(({ path }) => path === "/video/enc/key");
    expect(keys.map(({ status }) => status)).toEqual([200]);
    expect(await page.$eval("#video", (video) => (video as HTMLVideoElement).videoHeight)).toBe(480);
    expect(heard.filter(({ path }) => path === "/video/enc/session").map(({ status }) => status)).not.toContain(401);
    expect(await state(page)).toMatchObject({ renewals: 0, refusals: [] });
  });

  it("begins another session where it was, when the one that it had is over: after the computer has slept", async (test) => {
    const { expect } = test;
    const page = await open(test, "/renewing");
    // A sleeping computer asks for nothing, and its timers stand still.
    await page.route("**/video/enc/session", (route) => route.abort());
    await page.$eval("#video", (video) => {
      (video as HTMLVideoElement).currentTime = 2;
    });
    await sleep(SESSION_OVER_MS);
    const heard = listenTo(page);
    await page.unroute("**/video/enc/session");
    const positions = await playedFrom(page);
    await playOther(page);
    await ended(page);
    expect(heard.map(({ status }) => status)).toContain(401);
    // Each request of the new session has its token, from the first one on.
    const renewed = heard.slice(heard.findIndex(({ path }) => path.endsWith("/master.m3u8")));
    expect(renewed.map(({ status }) => status)).toEqual(renewed.map(() => 200));
    const after = await state(page);
    expect(after.renewals).toBe(1);
    expect(after.currentTime).toBeGreaterThan(3);
    const starts = await positions();
    expect(starts.length).toBeGreaterThan(0);
    for (const start of starts) expect(start).toBeGreaterThan(1.5);
  });

  it("does not restart when its session was ended for a newer one, and reports it", async (test) => {
    const { expect } = test;
    const page = await open(test, "/renewing");
    const token = await page.evaluate(() => (window as unknown as { state: SitePage }).state.session.token());
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${stack.origin}/video/enc/session`, { method: "DELETE", headers })).status).toBe(204);
    await playOther(page);
    await expect.poll(async () => (await state(page)).refusals).toEqual(["410 session-ended"]);
    await sleep(1000);
    expect(await state(page)).toMatchObject({ renewals: 0, refusals: ["410 session-ended"] });
  });

  it("reports one refusal where its refresh is refused before the player's own requests", async (test) => {
    const { expect } = test;
    const page = await open(test, "/renewing");
    const token = await page.evaluate(() => (window as unknown as { state: SitePage }).state.session.token());
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${stack.origin}/video/enc/session`, { method: "DELETE", headers })).status).toBe(204);
    await expect.poll(async () => (await state(page)).refusals).toEqual(["410 session-ended"]);
    const heard = listenTo(page);
    await playOther(page);
    await expect.poll(() => heard.map(({ status }) => status)).toContain(410);
    await sleep(1000);
    expect(await state(page)).toMatchObject({ renewals: 0, refusals: ["410 session-ended"] });
  });

  it("reports that its token was revoked, and ends the session with its player", async (test) => {
    const { expect } = test;
    const viewer = newViewer();
    const page = await open(test, "/", viewer);
    const heard = listenTo(page);
    await stack.client.revoke({ body: { viewer } });
    await expect.poll(async () => (await state(page)).refusals).toEqual(["401 token-revoked"]);
    await page.evaluate(() => (window as unknown as { state: SitePage }).state.hls.destroy());
    await expect
      .poll(() => heard.filter(({ path }) => path.endsWith("/end")).map(({ status }) => status))
      .toEqual([204]);
  });
});
