import { runProgram } from "../../scripts/dev/run-program.ts";

export const FFMPEG = process.env.FFMPEG_PATH ?? "ffmpeg";

const DECODE_MS = 120_000;

/** What decodes of one stream of a file or URL; throws at the first complaint of ffmpeg. Sound has no frames here. */
export async function decoded(input: string, stream: string): Promise<{ frames: number; seconds: number }> {
  const args = ["-v", "error", "-i", input, "-map", stream, "-f", "null", "-progress", "pipe:1", "-"];
  const { code, stdout, stderr } = await runProgram(FFMPEG, args, { signal: AbortSignal.timeout(DECODE_MS) });
  if (code !== 0 || stderr !== "") throw new Error(`ffmpeg on ${input.split("?")[0]}: ${stderr}`);
  const last = (name: string) =>
    Number([...stdout.toString().matchAll(new RegExp(`^${name}=(.+)$`, "gm"))].at(-1)?.[1] ?? 0);
  return { frames: last("frame"), seconds: last("out_time_us") / 1e6 };
}
