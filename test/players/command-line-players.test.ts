import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { IssuedToken } from "../../client/index.ts";
import { isInstalled, runProgram } from "../../scripts/dev/run-program.ts";
import { decoded, FFMPEG } from "../e2e/decoded.ts";
import { type Part, type Stack, startStack } from "../e2e/stack.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { MPV, type Mpv, startMpv } from "./mpv.ts";
import { rotate } from "./rotations.ts";
import { anotherSession, consumedUses, urisOf } from "./uses.ts";

/* ffmpeg, GStreamer and mpv on the URL of the master, as anybody would start them. */

const SECONDS = 24;
const FRAME_RATE = 10;
const FRAMES = SECONDS * FRAME_RATE;
const EXHAUSTED = { status: 403, code: "uses-exhausted" };

const PLAYING_MS = 120_000;

let directory: string;
let stack: Stack;
let part: Part;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ladderlock-players-"));
  stack = await startStack();
  const path = join(directory, "clip.mp4");
  await generateClip({ path, size: "720x720", frameRate: String(FRAME_RATE), seconds: SECONDS, sound: true });
  part = await stack.ingest(path);
  // None of these players shows captions of a playlist; all have to play beside them.
  await stack.client.addCaption({
    params: { videoPostId: part.videoPostId, fileIndex: "0" },
    query: { language: "en", name: "English", default: "true" },
    file: { type: "text/vtt", content: "WEBVTT\n\n00:01.000 --> 00:03.000\nHello\n" },
  });
});

afterAll(async () => {
  await stack?.stop();
  await rm(directory, { recursive: true, force: true });
});

function oneUse(more: Record<string, unknown> = {}): Promise<IssuedToken> {
  return stack.token(part, { maxUses: 1, ...more });
}

describe("ffmpeg", () => {
  it("plays all qualities of the master to their end, and that is one use", async () => {
    const issued = await oneUse();
    const url = stack.origin + issued.masterUrl;
    const args = ["-v", "error", "-i", url, "-map", "0:v", "-f", "framecrc", "-"];
    const { code, stdout, stderr } = await runProgram(FFMPEG, args, { signal: AbortSignal.timeout(PLAYING_MS) });
    expect([code, stderr]).toEqual([0, ""]);
    const frames = (track: number) => stdout.toString().match(new RegExp(`^${track},`, "gm"))?.length;
    expect([frames(0), frames(1), frames(2)]).toEqual([FRAMES, FRAMES, FRAMES]);
    expect(await consumedUses(stack, issued.token)).toBe(1);
    expect(await anotherSession(stack, issued.masterUrl)).toMatchObject(EXHAUSTED);
  });

  it("plays one quality after the other, and from the middle, in one session: one use", async () => {
    const issued = await oneUse();
    const playlists = await urisOf(new URL(issued.masterUrl, stack.origin));
    expect(playlists).toHaveLength(3);
    for (const { href } of playlists) expect((await decoded(href, "0:v:0")).frames).toBe(FRAMES);
    const args = ["-v", "error", "-ss", "13", "-i", playlists[1]!.href, "-map", "0:v:0", "-f", "framecrc", "-"];
    const { code, stdout, stderr } = await runProgram(FFMPEG, args, { signal: AbortSignal.timeout(PLAYING_MS) });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.toString().match(/^0,/gm)).toHaveLength((SECONDS - 13) * FRAME_RATE);
    expect(await consumedUses(stack, issued.token)).toBe(1);
    expect(await anotherSession(stack, issued.masterUrl)).toMatchObject(EXHAUSTED);
  });
});

/** How often `frame` matches what a player prints while it plays to the end. */
async function frames(program: string, args: readonly string[], frame: RegExp): Promise<number | undefined> {
  const { code, stdout, stderr } = await runProgram(program, args, { signal: AbortSignal.timeout(PLAYING_MS) });
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr}`);
  return stdout.toString().match(frame)?.length;
}

const GST_LAUNCH = process.env.GST_LAUNCH_PATH ?? "gst-launch-1.0";
const gstreamerIsHere = isInstalled(GST_LAUNCH, "--version");

describe.runIf(gstreamerIsHere)(gstreamerIsHere ? "GStreamer" : "GStreamer, which is not installed", () => {
  it("plays the master to its end with every frame, and that is one use", async () => {
    const issued = await oneUse();
    const sinks = ["video-sink=fakesink name=pictures silent=false sync=false", "audio-sink=fakesink sync=false"];
    const args = ["-v", "playbin3", `uri=${stack.origin}${issued.masterUrl}`, "flags=video+audio", ...sinks];
    expect(await frames(GST_LAUNCH, args, /pictures: last-message = chain/g)).toBe(FRAMES);
    expect(await consumedUses(stack, issued.token)).toBe(1);
    expect(await anotherSession(stack, issued.masterUrl)).toMatchObject(EXHAUSTED);
  });
});

const mpvIsHere = isInstalled(MPV, "--version");

describe.runIf(mpvIsHere)(mpvIsHere ? "mpv" : "mpv, which is not installed", () => {
  const QUALITIES = [720, 480, 360];

  /** A quality's picture and its sound; mpv continues at its position when it is switched. */
  async function choose(mpv: Mpv, lines: number): Promise<void> {
    const position = Number(await mpv.get("time-pos"));
    const track = QUALITIES.indexOf(lines) + 1;
    await mpv.set("aid", track);
    await mpv.set("vid", track);
    await mpv.seek(position);
    await mpv.until("height", (height) => height === lines);
  }

  /** Of a player that is paused there: a position that it plays past may never be seen. */
  async function playsFrom(mpv: Mpv, seconds: number): Promise<void> {
    await mpv.until("time-pos", (at) => typeof at === "number" && Math.abs(at - seconds) < 0.5);
    await mpv.set("pause", false);
    await mpv.until("time-pos", (at) => Number(at) > seconds + 0.5);
  }

  /** At its end mpv pauses by itself. */
  async function jump(mpv: Mpv, seconds: number): Promise<void> {
    await mpv.set("pause", true);
    await mpv.seek(seconds);
    await playsFrom(mpv, seconds);
  }

  /** The token ends soon; a machine that is too slow for it gets one that ends later. */
  async function playingWithShortToken(startSeconds = 4): Promise<{ issued: IssuedToken; mpv: Mpv }> {
    const issued = await oneUse({ startSeconds });
    let mpv: Mpv | undefined;
    try {
      mpv = await startMpv(stack.origin + issued.masterUrl, directory);
      await playsFrom(mpv, 0);
      return { issued, mpv };
    } catch (error) {
      await mpv?.[Symbol.asyncDispose]();
      if (Date.parse(issued.expiresAt) > Date.now()) throw error;
      return playingWithShortToken(startSeconds * 3);
    }
  }

  const ends = (mpv: Mpv) => mpv.until("eof-reached", (ended) => ended === true);
  const refusals = (mpv: Mpv) => mpv.complaints().match(/^.*(?:HTTP error|Unable to open|Failed to).*$/gm);

  it("plays every frame of one quality, and that is one use", async () => {
    const issued = await oneUse();
    const output = ["--o=-", "--of=framecrc", "--ovc=rawvideo", "--no-audio", "--hls-bitrate=max"];
    const args = ["--no-config", "--load-scripts=no", "--ytdl=no", ...output, stack.origin + issued.masterUrl];
    expect(await frames(MPV, args, /^0,.* \d+, 0x[0-9a-f]{8}$/gm)).toBe(FRAMES);
    expect(await consumedUses(stack, issued.token)).toBe(1);
    expect(await anotherSession(stack, issued.masterUrl)).toMatchObject(EXHAUSTED);
  });

  it("plays to the end, seeks, switches the quality, and all that is one use", async () => {
    const issued = await oneUse();
    await using mpv = await startMpv(stack.origin + issued.masterUrl, directory);
    await mpv.until("height", (height) => height === 360);
    await playsFrom(mpv, 0);
    await choose(mpv, 720);
    await mpv.until("time-pos", (at) => Number(at) > SECONDS * 0.75);
    await jump(mpv, 5);
    await choose(mpv, 480);
    await jump(mpv, 16);
    await ends(mpv);
    expect(await mpv.get("time-pos")).toBeCloseTo(SECONDS, 0);
    expect(refusals(mpv)).toBeNull();
    expect(await consumedUses(stack, issued.token)).toBe(1);
    expect(await anotherSession(stack, issued.masterUrl)).toMatchObject(EXHAUSTED);
  });

  it("continues when the issued token has expired and the keys were rotated, in another quality too", async () => {
    const { issued, mpv: playing } = await playingWithShortToken();
    await using mpv = playing;
    await mpv.set("pause", true);
    await rotate(stack, part, "SUCCEEDED");
    await sleep(Date.parse(issued.expiresAt) + 6000 - Date.now());
    expect((await fetch(stack.origin + issued.masterUrl)).status).toBe(401);
    await choose(mpv, 720);
    await mpv.set("pause", false);
    await ends(mpv);
    expect(await mpv.get("time-pos")).toBeCloseTo(SECONDS, 0);
    expect(refusals(mpv)).toBeNull();
    expect(await consumedUses(stack, issued.token)).toBe(1);
  });
});
