import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MEDIA_TOOLS } from "../../../test/fixtures/media/media-tools.ts";
import { planLadder } from "../../media/encode/ladder.ts";
import { captionFields } from "../../media/source/caption-names.ts";
import { DEFAULT_MEDIA_LIMITS } from "../../media/source/limits.ts";
import { chaptersOfResult } from "../../media/source/source-chapters.ts";
import { extractSubtitles } from "./extract-subtitles.ts";
import { probe } from "./probe.ts";

/* Text subtitles of real files, as ffmpeg writes and reads them. */

const run = promisify(execFile);
const { signal } = new AbortController();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "subtitles-"));
  await writeFile(
    join(folder, "en.srt"),
    "1\n00:00:00,500 --> 00:00:01,000\n<i>One</i> & <font color=red>two</font>\n\n2\n00:00:01,500 --> 00:00:09,000\nLast\n",
  );
  await writeFile(join(folder, "de.srt"), "1\n00:00:01,000 --> 00:00:01,500\nGr\u00fc\u00dfe\n");
  await writeFile(
    join(folder, "chapters"),
    ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=Start\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\n",
  );
});
afterAll(() => rm(folder, { recursive: true }));

const LAVFI = ["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=10:duration=2", "-f", "lavfi", "-i", "sine=duration=2"];
const TEXTS = ["-i", "en.srt", "-i", "de.srt", "-i", "chapters"];
const MAPS = ["-map", "0", "-map", "1", "-map", "2", "-map", "3", "-map_chapters", "4"];
const NAMED = [
  ...["-metadata:s:s:0", "language=eng", "-metadata:s:s:0", 'title=Say "hi"', "-disposition:s:0", "default"],
  ...["-metadata:s:s:1", "language=deu", "-disposition:s:1", "forced"],
];

async function made(name: string, codec: string, more: readonly string[] = []): Promise<string> {
  const options = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-c:s", codec, ...NAMED, ...more];
  const args = ["-v", "error", "-y", ...LAVFI, ...TEXTS, ...MAPS, ...options, name];
  await run(MEDIA_TOOLS.ffmpeg, args, { cwd: folder });
  return join(folder, name);
}

async function read(sourcePath: string) {
  const probed = await probe({ sourcePath, tools: MEDIA_TOOLS, signal });
  if (probed.kind === "refused") throw new Error(probed.reason);
  const { facts } = probed;
  const plan = planLadder(facts, "VIDEO");
  if ("reason" in plan) throw new Error(plan.reason);
  const request = {
    sourcePath,
    plan,
    facts,
    durationSeconds: 2,
    tools: MEDIA_TOOLS,
    limits: DEFAULT_MEDIA_LIMITS,
    signal,
  };
  const extracted = await extractSubtitles({ ...request, directory: `${sourcePath}.subtitles` });
  const shift = plan.timeline.offsetSeconds - facts.originSeconds;
  return { facts, ...extracted, chapters: chaptersOfResult(facts.chapters, shift, 2) };
}

const times = ({ found }: Awaited<ReturnType<typeof read>>) =>
  found.map(({ track }) => track.cues.map(({ startMs, endMs, text }) => [startMs, endMs, text]));

const FIRST = [
  [500, 1000, "<i>One</i> &amp; two"],
  [1500, 2000, "Last"],
];
const SECOND = [[1000, 1500, "Gr\u00fc\u00dfe"]];

describe("text subtitles of a source", () => {
  it.each([
    ["subrip.mkv", "subrip"],
    ["ass.mkv", "ass"],
    ["webvtt.webm", "webvtt"],
    ["timed-text.mp4", "mov_text"],
  ])("of %s become cues within the length of the result", async (name, codec) => {
    const isWebm = name.endsWith("webm");
    const result = await read(await made(name, codec, isWebm ? ["-c:v", "libvpx", "-c:a", "libopus"] : []));
    const [first, second] = times(result);
    expect(first?.map(([start, end]) => [start, end])).toEqual(FIRST.map(([start, end]) => [start, end]));
    expect(first?.[1]?.[2]).toBe("Last");
    expect(second).toEqual(SECOND);
    expect(result.lost).toEqual([]);
    expect(result.facts.warnings).toEqual([]);
    const [en, de] = result.found.map(({ subtitles }) => captionFields(subtitles));
    expect(en).toMatchObject({ language: "en", isDefault: true, isForced: false });
    expect(de).toMatchObject({ language: "de", isDefault: false });
    expect(result.chapters.map(({ title }) => title)).toEqual(["Start", "Chapter 2"]);
    // Muxers that delay all tracks for the priming of AAC leave chapters where they were.
    expect(Math.abs(result.chapters[1]!.startSeconds - 1)).toBeLessThan(0.03);
  });

  it("keep their markup, and get names that a playlist can hold", async () => {
    const result = await read(await made("names.mkv", "subrip"));
    expect(times(result)).toEqual([FIRST, SECOND]);
    expect(result.found.map(({ subtitles }) => captionFields(subtitles).name)).toEqual(["Say hi", "Deutsch (forced)"]);
  });

  it("follow the picture to zero in a file that starts late", async () => {
    const shifted = await made("late.mkv", "subrip", ["-output_ts_offset", "5"]);
    const result = await read(shifted);
    expect(times(result)).toEqual([FIRST, SECOND]);
  });
});
