import { execFile } from "node:child_process";
import { rm, stat } from "node:fs/promises";
import { promisify } from "node:util";

const LOOP_SECONDS = 4;
/** Intra-coded HD of a camera. */
const BITS_PER_SECOND = 200_000_000;

/** A film in 1080p of at least so many bytes: a few seconds of noise are encoded and then repeated. */
export async function makeLargeSource(ffmpeg: string, path: string, bytes: number): Promise<number> {
  const run = (...args: string[]) => promisify(execFile)(ffmpeg, ["-v", "error", "-nostdin", "-y", ...args]);
  const loop = `${path}.loop.mkv`;
  await run(
    ...["-f", "lavfi", "-t", String(LOOP_SECONDS), "-i", "testsrc2=size=1920x1080:rate=25,noise=alls=80:allf=t"],
    ...["-f", "lavfi", "-t", String(LOOP_SECONDS), "-i", "sine=sample_rate=48000", "-c:a", "pcm_s16le"],
    ...["-c:v", "mpeg2video", "-qscale:v", "2", "-b:v", String(BITS_PER_SECOND), "-g", "1", loop],
  );
  const times = Math.ceil(bytes / (await stat(loop)).size);
  await run("-stream_loop", String(times - 1), "-i", loop, "-c", "copy", "-f", "matroska", path);
  await rm(loop);
  return (await stat(path)).size;
}
