import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Player } from "../../player/playback/attach.ts";
import { describeControls } from "./player-controls.ts";
import { describeElement } from "./player-element.ts";
import { describeEmbed } from "./player-embed.ts";
import { describeErrors } from "./player-errors.ts";
import { describePaywall } from "./player-paywall.ts";
import { LADDER, type Stage, startStage } from "./player-stage.ts";
import { describeTexts } from "./player-texts.ts";
import { describeTokens } from "./player-tokens.ts";

/* `attach` on a page of another origin than the Worker's, in a real browser. */

let stage: Stage;

beforeAll(async () => {
  stage = await startStage({ EMBED_ANCESTORS: "*", GATE_FRESH_SECONDS: "1" });
});

afterAll(() => stage?.close());

/** What the page has seen of its video element. */
type Seen = { readonly player: Player; readonly events: string[]; readonly jumps: number[] };

const seenIn = (page: Page) =>
  page.evaluate(() => {
    const { player, events, jumps } = (window as unknown as { seen: Seen }).seen;
    const video = document.querySelector("video") as HTMLVideoElement;
    const buffered = Array.from({ length: video.buffered.length }, (_, n) => [
      video.buffered.start(n),
      video.buffered.end(n),
    ]);
    const { src, currentTime, videoHeight, paused } = video;
    const { qualities, quality, selected } = player;
    return { events, jumps, src, currentTime, videoHeight, paused, buffered, qualities, quality, selected };
  });

/** Plays slowly, so that there is time to act, and records every jump of the position. */
const PAGE = (options: string) => `<!doctype html><video muted></video>
<script type="module">
  import { attach } from "${stage.stack.origin}/player-assets/attach.js";
  import Hls from "${stage.stack.origin}/player-assets/hls.js";
  const video = document.querySelector("video");
  const server = "${stage.stack.origin}";
  const part = ${JSON.stringify(stage.part)};
  const seen = (window.seen = { player: null, events: [], jumps: [] });
  seen.player = attach(video, { Hls, server, hlsConfig: { maxBufferLength: 8, maxMaxBufferLength: 8 }, ${options} });
  for (const name of ["locked", "qualitychange", "error"])
    seen.player.addEventListener(name, ({ detail }) => seen.events.push(name + " " + (detail.quality ?? detail.code)));
  for (const name of ["emptied", "loadstart"]) video.addEventListener(name, () => seen.events.push(name));
  let last = null;
  setInterval(() => {
    const now = { position: video.currentTime, at: performance.now() };
    const expected = last && last.position + ((now.at - last.at) / 1000) * video.playbackRate;
    // Standing still is no jump.
    if (last && (now.position < last.position - 0.05 || now.position > expected + 0.5)) seen.jumps.push(now.position - last.position);
    last = now;
  }, 50);
  video.addEventListener("canplay", () => {
    video.playbackRate = 0.5;
    return video.play();
  }, { once: true });
</script>`;

const reached = (page: Page, seconds: number) =>
  page.waitForFunction((wanted) => (document.querySelector("video") as HTMLVideoElement).currentTime > wanted, seconds);
const picture = (page: Page, lines: number) =>
  page.waitForFunction((wanted) => (document.querySelector("video") as HTMLVideoElement).videoHeight === wanted, lines);
const select = (page: Page, quality: string | null) =>
  page.evaluate((wanted) => (window as unknown as { seen: Seen }).seen.player.select(wanted), quality);

const claimsOf = (token: string | null) =>
  JSON.parse(Buffer.from((token ?? "").split(".")[1] ?? "", "base64url").toString());

describe("a better token", () => {
  it("unlocks qualities in place: the buffer, the position and the MediaSource remain, and one more use is counted", async () => {
    const { page, answers, keys, complaints } = await stage.open(PAGE("part"));
    await reached(page, 1);
    const before = await seenIn(page);
    expect(before.qualities).toEqual(LADDER.map((name) => ({ name, locked: name === "1080p" || name === "720p" })));
    expect(keys().length).toBeGreaterThan(0);

    await select(page, "1080p");
    expect((await seenIn(page)).events).toContain("locked 1080p");
    await select(page, null);
    const grant = await stage.stack.token(stage.part, { maxUses: 1 });
    const kept = await page.evaluate(async (better) => {
      const video = document.querySelector("video") as HTMLVideoElement;
      const end = () => video.buffered.end(video.buffered.length - 1);
      const [endBefore, at] = [end(), video.currentTime];
      await (window as unknown as { seen: Seen }).seen.player.setToken(better);
      return { startAfter: video.buffered.start(0), endBefore, endAfter: end(), ranges: video.buffered.length, at };
    }, grant);
    expect(kept.ranges).toBe(1);
    expect(kept.startAfter).toBeLessThan(0.3);
    expect(kept.endAfter).toBeGreaterThanOrEqual(kept.endBefore);
    const upgraded = await seenIn(page);
    expect(upgraded.qualities).toEqual(LADDER.map((name) => ({ name, locked: false })));
    expect(upgraded.src).toBe(before.src);
    expect(upgraded.paused).toBe(false);

    await select(page, "1080p");
    await picture(page, 1080);
    await reached(page, kept.at + 1.5);
    const after = await seenIn(page);
    expect(after.src).toBe(before.src);
    expect(after.jumps).toEqual([]);
    expect(after.events.filter((event) => event === "emptied")).toEqual([]);
    expect(after.events).toContain("qualitychange 1080p");

    // Never a key of a quality before a token allows it; afterwards every request is of the new session.
    const asked = answers
      .filter(({ path }) => path === "/video/enc/key")
      .map(({ status, query }) => ({ status, quality: query.get("quality"), jti: claimsOf(query.get("token")).jti }));
    const { jti } = claimsOf(grant.token);
    const first = asked.findIndex((answer) => answer.jti === jti);
    expect(first).toBeGreaterThan(0);
    const early = asked.slice(0, first).map(({ quality }) => quality);
    expect(early.filter((quality) => quality === "1080p" || quality === "720p")).toEqual([]);
    const late = asked.slice(first);
    expect(late.map(({ status }) => status)).toEqual(late.map(() => 200));
    expect(new Set(late.map((answer) => answer.jti))).toEqual(new Set([jti]));
    const looked = await stage.stack.client.lookUpToken({ body: { token: grant.token } });
    expect(looked).toMatchObject({ ok: true, body: { uses: 1 } });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("plays the locked quality that was chosen before it", async () => {
    const { page } = await stage.open(PAGE("part"));
    await reached(page, 1);
    await select(page, "720p");
    const grant = await stage.stack.token(stage.part, { qualities: ["720p", "480p", "360p"] });
    await page.evaluate((better) => (window as unknown as { seen: Seen }).seen.player.setToken(better), grant);
    await picture(page, 720);
    const seen = await seenIn(page);
    expect(seen.qualities.filter(({ locked }) => locked).map(({ name }) => name)).toEqual(["1080p"]);
    expect(seen.selected).toBe("720p");
    expect(seen.jumps).toEqual([]);
    await page.context().close();
  });

  it("that is refused changes nothing", async () => {
    const { page } = await stage.open(PAGE("part"));
    await reached(page, 1);
    const { masterUrl } = await stage.stack.token(stage.part);
    const refusal = await page.evaluate(
      (broken) =>
        (window as unknown as { seen: Seen }).seen.player.setToken(broken).catch((error: Error) => error.name),
      masterUrl.slice(0, -4),
    );
    expect(refusal).toBe("MasterRefused");
    const { currentTime, qualities } = await seenIn(page);
    expect(qualities.filter(({ locked }) => !locked)).toHaveLength(2);
    await reached(page, currentTime + 0.5);
    await page.context().close();
  });
});

describe("a token that is revoked", () => {
  it("is replaced at the next key; what the next one does not allow is locked again, at the same position", async () => {
    const viewer = "reader-7";
    let asked: unknown[] = [];
    const { page, keys } = await stage.open(PAGE("onTokenNeeded: (refusal) => siteToken(refusal), quality: '1080p'"), {
      siteToken: (refusal: { code: string } | null) => {
        asked = [...asked, refusal?.code ?? null];
        const qualities = refusal === null ? (["1080p", "720p", "480p"] as const) : (["480p"] as const);
        return stage.stack.token(stage.part, { viewer, qualities });
      },
    });
    await picture(page, 1080);
    await reached(page, 1);
    const before = await seenIn(page);
    await stage.stack.client.revoke({ body: { viewer } });
    // Longer than an isolate may remember.
    await page.waitForTimeout(1500);
    await select(page, "720p");
    await expect.poll(async () => (await seenIn(page)).qualities.filter(({ locked }) => locked)).toHaveLength(3);
    // Segments of 1080p are buffered up to the twelfth second.
    await page.$eval("video", (video) => {
      (video as HTMLVideoElement).playbackRate = 2;
    });
    await picture(page, 480);
    expect(asked).toEqual([null, "token-revoked"]);
    expect(keys()).not.toContain("720p");
    const after = await seenIn(page);
    expect(after.src).toBe(before.src);
    expect(after.jumps).toEqual([]);
    await reached(page, after.currentTime + 0.5);
    await page.context().close();
  });
});

describeTokens(() => stage);
describeErrors(() => stage);
describeElement(() => stage);
describeControls(() => stage);
describePaywall(() => stage);
describeEmbed(() => stage);
// Last: it gives the part captions.
describeTexts(() => stage);
