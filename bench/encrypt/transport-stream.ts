import { execFile } from "node:child_process";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const SEGMENT_SECONDS = 6;

export type Segments = {
  readonly directory: string;
  readonly playlist: string;
  readonly names: readonly string[];
  readonly bytes: number;
};

/**
 * `count` segments of six seconds and about 3.7 MB, as the top rung has them: noise at the rate of 1080p, but in a small
 * picture, which is made in seconds. One segment is encoded and then repeated.
 */
export async function makeSegments(ffmpeg: string, directory: string, count: number): Promise<Segments> {
  await mkdir(directory, { recursive: true });
  const run = (args: string[]) =>
    promisify(execFile)(ffmpeg, ["-hide_banner", "-loglevel", "error", "-nostdin", "-y", ...args], { cwd: directory });
  await run([
    ...["-f", "lavfi", "-i", `testsrc2=size=320x180:rate=30:duration=${SEGMENT_SECONDS},noise=alls=60:allf=t`],
    ...["-f", "lavfi", "-i", `sine=sample_rate=48000:duration=${SEGMENT_SECONDS}`],
    ...[
      "-c:v",
      "libx264",
      "-preset",
      "ultrafast",
      "-g",
      "60",
      "-b:v",
      "4700k",
      "-minrate",
      "4700k",
      "-maxrate",
      "4700k",
    ],
    ...["-bufsize", "4700k", "-c:a", "aac", "-b:a", "128k", "one.ts"],
  ]);
  await run([
    ...[
      "-stream_loop",
      String(count - 1),
      "-i",
      "one.ts",
      "-c",
      "copy",
      "-f",
      "hls",
      "-hls_time",
      String(SEGMENT_SECONDS),
    ],
    ...["-hls_playlist_type", "vod", "-hls_segment_filename", "seg_%05d.ts", "index.m3u8"],
  ]);
  await rm(join(directory, "one.ts"));
  const names = (await readdir(directory)).filter((name) => name.endsWith(".ts")).sort();
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size));
  return { directory, playlist: "index.m3u8", names, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
