import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf, type Operations } from "../../client/index.ts";
import { isInstalled, runProgram } from "../../scripts/dev/run-program.ts";
import { launchChromium } from "../browser/chromium.ts";
import { decoded } from "../e2e/decoded.ts";
import { type ProcessorProcess, startProcessor } from "../e2e/processor-process.ts";
import { createReadyPost, makeRendition, openBuckets } from "../e2e/ready-posts.ts";
import { type Stack, startStack } from "../e2e/stack.ts";
import { generateClip, probeLines, runFfmpeg } from "../fixtures/media/generate-clip.ts";
import { BROWSER_PLAYERS, type BrowserPlayer, HLS_JS, SHAKA, VIDEO_JS } from "./browser-players.ts";
import { MPV } from "./mpv.ts";
import { type PlayerSite, startPlayerSite } from "./player-site.ts";
import { PlayerTab } from "./player-tab.ts";
import { urisOf } from "./uses.ts";

/*
 * Players that are given `/proxy/{jobId}` and nothing else. First a part in the clear, while no processor runs; then jobs of the
 * encoder API, encrypted. The full table of players is for LONG_TESTS=1.
 */

const ALL = process.env.LONG_TESTS === "1";
const SECONDS = 2;
const FRAME_RATE = 10;
const CLEAR_FRAME_RATE = 25;
const PLAYING_MS = 120_000;

let directory: string;
let stack: Stack;
let site: PlayerSite;
let browser: Browser;
let processor: ProcessorProcess | undefined;
let clearPost: string;
/** Addresses of masters. */
let clear: string;
let film: string;
let sound: string;

const proxyOf = (jobId: string) => `${stack.origin}/m3u8-encoder/api/v2/proxy/${jobId}`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ladderlock-proxy-"));
  const settings = { ALLOW_CLEAR_PLAYBACK: "enabled" };
  [stack, site, browser] = await Promise.all([
    startStack({ settings, processor: false }),
    startPlayerSite(),
    launchChromium(),
  ]);
  clear = await clearPart();
});

afterAll(async () => {
  await browser?.close();
  await site?.stop();
  await processor?.stop();
  await stack?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** A part of one quality whose encryption waits for a processor. */
async function clearPart(): Promise<string> {
  const buckets = openBuckets(stack.origin);
  const rendition = await makeRendition(directory, SECONDS);
  clearPost = await createReadyPost(stack.origin, buckets, [{ quality: "360p", ...rendition }]);
  buckets.close();
  const { jobs } = bodyOf(await stack.client.listJobs({ query: { videoPostId: clearPost, kind: "TRANSCODE" } }));
  return proxyOf(`job-${jobs[0]!.jobId}`);
}

async function plays(player: BrowserPlayer, masterUrl: string, firstLines: number): Promise<PlayerTab> {
  const tab = await PlayerTab.open({
    ...{ browser, site, player, masterUrl, firstLines },
    ...{ fromHandToMouth: undefined, patienceMs: undefined },
  });
  try {
    await tab.play();
    await tab.ends();
    const { position, faults } = await tab.state();
    expect(position).toBeCloseTo(SECONDS, 0);
    expect({ faults, refusals: tab.refusals, complaints: tab.complaints }).toEqual({
      ...{ faults: [], refusals: [], complaints: [] },
    });
    return tab;
  } finally {
    await tab.close();
  }
}

/** How often `frame` matches what a player prints while it plays to the end. */
async function frames(program: string, args: readonly string[], frame: RegExp): Promise<number | undefined> {
  const { code, stdout, stderr } = await runProgram(program, args, { signal: AbortSignal.timeout(PLAYING_MS) });
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr}`);
  return stdout.toString().match(frame)?.length;
}

const GST_LAUNCH = process.env.GST_LAUNCH_PATH ?? "gst-launch-1.0";

function gstreamerFrames(url: string): Promise<number | undefined> {
  const sinks = ["video-sink=fakesink name=pictures silent=false sync=false", "audio-sink=fakesink sync=false"];
  // Warnings name the request that fails.
  const args = ["--gst-debug=2", "-v", "playbin3", `uri=${url}`, "flags=video+audio", ...sinks];
  return frames(GST_LAUNCH, args, /pictures: last-message = chain/g);
}

function mpvFrames(url: string): Promise<number | undefined> {
  const output = ["--o=-", "--of=framecrc", "--ovc=rawvideo", "--no-audio", "--hls-bitrate=max"];
  const args = ["--no-config", "--load-scripts=no", "--ytdl=no", ...output, url];
  return frames(MPV, args, /^0,.* \d+, 0x[0-9a-f]{8}$/gm);
}

type Expected = {
  /** Of the quality that a browser begins with. */
  readonly lines: number;
  readonly frameCount: number;
  /** Whether a browser plays it in every run, beside ffmpeg. */
  readonly always: "hls.js" | null;
};

/** Every player on one master. */
function describePlayers(url: () => string, { lines, frameCount, always }: Expected): void {
  it.runIf(ALL || always === "hls.js")("plays in hls.js", async () => {
    await plays(HLS_JS, url(), lines);
  });
  it("plays in ffmpeg, and under the alias", async () => {
    expect((await decoded(url(), "0:v:0")).frames).toBe(frameCount);
    const alias = await decoded(`${url()}.m3u8`, "0:a:0");
    expect(Math.abs(alias.seconds - SECONDS)).toBeLessThan(0.15);
  });
  it.runIf(ALL).each([SHAKA, VIDEO_JS])("plays in $name", async (player) => {
    // Nothing makes a paused video.js switch from the quality that its size on the page asks for.
    await plays(player, url(), player === VIDEO_JS ? Math.min(lines, 360) : lines);
  });
  it.runIf(ALL && isInstalled(MPV, "--version"))("plays in mpv", async () => {
    expect(await mpvFrames(url())).toBe(frameCount);
  });
  it.runIf(ALL && isInstalled(GST_LAUNCH, "--version"))("plays in GStreamer", async () => {
    expect(await gstreamerFrames(url())).toBe(frameCount);
  });
}

describe("clear renditions", () => {
  describePlayers(() => clear, { lines: 180, frameCount: SECONDS * CLEAR_FRAME_RATE, always: null });

  it.runIf(ALL)("play on the watch page, which says so", async () => {
    const page = await browser.newPage();
    await page.goto(`${stack.origin}/watch/${clearPost}/0`);
    expect(await page.textContent("#clear-notice")).toContain("plays it unencrypted");
    await page.waitForFunction(() => (document.querySelector("video")?.readyState ?? 0) >= 2);
    await page.$eval("video", (video) => {
      video.muted = true;
      return video.play();
    });
    await page.waitForFunction(() => document.querySelector("video")?.ended);
    expect(await page.textContent("[data-reading=playing]")).toContain("360p (320 × 180)");
    expect(await page.textContent("[data-tally=given]")).toBe("0");
    await page.close();
  });

  it("name no key, and every segment with a signature", async () => {
    const [variant] = await urisOf(new URL(clear));
    const playlist = await (await fetch(variant!)).text();
    expect(playlist).not.toContain("EXT-X-KEY");
    const segments = await urisOf(variant!);
    expect(segments).toHaveLength(SECONDS);
    for (const segment of segments) {
      const unsigned = await fetch(segment.href.replace(/&signature=.*/, ""));
      expect([segment.searchParams.has("signature"), unsigned.status]).toEqual([true, 409]);
    }
  });
});

type EncoderRequest = Operations["createEncoderJob"]["input"]["body"];

/** The file through the encoder API, until it plays. */
async function encoded(path: string, request: Pick<EncoderRequest, "title" | "resourceType">): Promise<string> {
  const uploadId = await stack.upload(path);
  const { jobId } = bodyOf(await stack.client.createEncoderJob({ body: { ...request, uploadId } }));
  for (;;) {
    const job = bodyOf(await stack.client.getEncoderJob({ params: { jobId } }));
    if (job.status === "FAILED") throw new Error(`${job.failure?.message} (see ${processor?.logPath})`);
    if (job.masterPlaylistUrl !== null && job.securePlaybackUrl !== null) {
      expect((await fetch(stack.origin + job.securePlaybackUrl)).status).toBe(200);
      return stack.origin + job.masterPlaylistUrl;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

describe("a job of 720p", () => {
  beforeAll(async () => {
    processor = await startProcessor(stack);
    const path = join(directory, "film.mp4");
    await generateClip({ path, size: "1280x720", frameRate: String(FRAME_RATE), seconds: SECONDS, sound: true });
    film = await encoded(path, { title: "Série X - Épisode 1", resourceType: "VIDEO" });
  });

  describePlayers(() => film, { lines: 720, frameCount: SECONDS * FRAME_RATE, always: "hls.js" });

  it("plays 720p where v1 is forced, and 360p where v3 is", async () => {
    expect(await pictureOf(`${film}/v1/index.m3u8`)).toEqual(["1280", "720"]);
    expect(await pictureOf(`${film}/v3/index.m3u8`)).toEqual(["640", "360"]);
    expect((await decoded(`${film}/v1/index.m3u8`, "0:v:0")).frames).toBe(SECONDS * FRAME_RATE);
    expect((await fetch(`${film}/v0/index.m3u8`)).status).toBe(404);
  });

  it.runIf(ALL).each(BROWSER_PLAYERS)("plays 720p in $name where v1 is forced", async (player) => {
    await plays(player, `${film}/v1/index.m3u8`, 720);
  });

  async function pictureOf(url: string): Promise<string[]> {
    const [line = []] = await probeLines(url, "-select_streams", "v:0", "-show_entries", "stream=width,height");
    return line.slice(0, 2);
  }
});

describe("a job of an MP3 with cover art", () => {
  const VARIANTS = ["a0", "a1", "a2"];

  beforeAll(async () => {
    const path = join(directory, "song.mp3");
    await songWithCover(path);
    sound = await encoded(path, { title: "Une chanson", resourceType: "AUDIO" });
  });

  async function songWithCover(path: string): Promise<void> {
    const cover = join(directory, "cover.png");
    await runFfmpeg(["-f", "lavfi", "-i", "testsrc2=size=300x300", "-frames:v", "1", cover]);
    const tone = ["-f", "lavfi", "-t", String(SECONDS), "-i", "sine=frequency=330:sample_rate=44100"];
    const art = ["-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v", "attached_pic", "-id3v2_version", "3"];
    await runFfmpeg([...tone, "-i", cover, ...art, "-c:a", "libmp3lame", path]);
  }

  it("has three variants of sound, whose CODECS and bandwidths are those of their bytes", async () => {
    const master = await (await fetch(sound)).text();
    const variants = await urisOf(new URL(sound));
    expect(variants.map(({ pathname }) => pathname.split("/").at(-2))).toEqual(VARIANTS);
    const described = [...master.matchAll(/^#EXT-X-STREAM-INF:(.*)$/gm)].map(([, attributes]) => attributes!);
    expect(described.filter((attributes) => /RESOLUTION|FRAME-RATE/.test(attributes))).toEqual([]);
    for (const [index, attributes] of described.entries()) {
      const measured = await measure(variants[index]!);
      expect(attributes).toContain('CODECS="mp4a.40.2"');
      expect(measured.streams).toEqual(["aac LC 48000 2"]);
      const number = (name: string) => Number(new RegExp(`(?:^|,)${name}=(\\d+)`).exec(attributes)?.[1]);
      expect(number("AVERAGE-BANDWIDTH") / measured.averageBandwidth).toBeCloseTo(1, 1);
      expect(number("BANDWIDTH") / measured.peakBandwidth).toBeCloseTo(1, 1);
      expect(number("BANDWIDTH")).toBeGreaterThanOrEqual(number("AVERAGE-BANDWIDTH"));
    }
  });

  /** What ffprobe reads of a variant, and what its segments weigh. */
  async function measure(variant: URL) {
    const playlist = await (await fetch(variant)).text();
    const durations = [...playlist.matchAll(/^#EXTINF:([\d.]+),/gm)].map(([, seconds]) => Number(seconds));
    const sizes = await Promise.all(
      (await urisOf(variant)).map(async (segment) => (await (await fetch(segment)).arrayBuffer()).byteLength),
    );
    const bits = sizes.map((size) => 8 * size);
    const sum = (numbers: readonly number[]) => numbers.reduce((one, other) => one + other, 0);
    // ffprobe lists a stream of a programme twice.
    const lines = await probeLines(variant.href, "-show_entries", "stream=codec_name,profile,sample_rate,channels");
    return {
      streams: [...new Set(lines.map((line) => line.slice(0, 4).join(" ")))],
      averageBandwidth: sum(bits) / sum(durations),
      peakBandwidth: Math.max(...bits.map((size, index) => size / durations[index]!)),
    };
  }

  it("plays in Chromium", async () => {
    const tab = await plays(HLS_JS, sound, 0);
    expect(tab.qualitiesAskedFor.size).toBeGreaterThan(0);
    for (const quality of tab.qualitiesAskedFor) expect(["192k", "128k", "96k"]).toContain(quality);
  });

  it.runIf(ALL)("plays in ffmpeg from each variant", async () => {
    for (const variant of VARIANTS) {
      const { seconds } = await decoded(`${sound}/${variant}/index.m3u8`, "0:a:0");
      expect(Math.abs(seconds - SECONDS)).toBeLessThan(0.15);
    }
  });
});
