import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { MEDIA_TOOLS } from "../media-tools.ts";

/** 16:9 of a height, at 30 frames a second with sound: moving shapes under light noise, so that no rung is easy to encode. */
export async function makeClip(path: string, seconds: number, height: number): Promise<void> {
  const picture = `testsrc2=size=${(height * 16) / 9}x${height}:rate=30:duration=${seconds},noise=alls=6:allf=t`;
  const sound = `anoisesrc=sample_rate=48000:duration=${seconds}:color=pink:amplitude=0.3`;
  await promisify(execFile)(MEDIA_TOOLS.ffmpeg, [
    ...["-hide_banner", "-loglevel", "error", "-nostdin", "-y"],
    ...["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, "-pix_fmt", "yuv420p"],
    ...["-c:v", "libx264", "-preset", "superfast", "-crf", "23", "-c:a", "aac", "-ac", "2", "-b:a", "128k", path],
  ]);
}
