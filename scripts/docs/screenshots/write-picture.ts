import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { basename } from "node:path";

/** Writes a screenshot with a palette of 256 colours, which makes a third of it. */
export async function writePicture(path: string, png: Buffer): Promise<void> {
  const palette = "split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none";
  const output = ["-vf", palette, "-frames:v", "1", "-update", "1", path];
  const args = ["-v", "error", "-y", "-f", "png_pipe", "-i", "-", ...output];
  const ffmpeg = spawn(process.env.FFMPEG_PATH ?? "ffmpeg", args);
  ffmpeg.stderr.pipe(process.stderr);
  ffmpeg.stdin.end(png);
  const [code] = await once(ffmpeg, "close");
  if (code !== 0) throw new Error(`ffmpeg could not write ${path}`);
  console.log(`docs/${basename(path)} written: ${Math.round(statSync(path).size / 1000)} kB`);
}
