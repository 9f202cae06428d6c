import { spawn, spawnSync } from "node:child_process";

export type ProgramResult = { readonly code: number | null; readonly stdout: Buffer; readonly stderr: string };

/** Runs a program to its end, `seconds` at the most. */
export function runProgram(command: string, args: readonly string[], seconds = 120): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], timeout: seconds * 1000 });
    const stdout: Buffer[] = [];
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout: Buffer.concat(stdout), stderr }));
  });
}

export function isInstalled(command: string, ...args: string[]): boolean {
  return command !== "" && spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

export const FFMPEG = process.env.FFMPEG_PATH ?? "ffmpeg";

/** What decodes of one stream of a file or URL, without one complaint of ffmpeg's. Sound has no frames here. */
export async function decoded(input: string, stream: string): Promise<{ frames: number; seconds: number }> {
  const args = ["-v", "error", "-i", input, "-map", stream, "-f", "null", "-progress", "pipe:1", "-"];
  const { code, stdout, stderr } = await runProgram(FFMPEG, args);
  if (code !== 0 || stderr !== "") throw new Error(`ffmpeg on ${input.split("?")[0]}: ${stderr}`);
  const last = (name: string) =>
    Number([...stdout.toString().matchAll(new RegExp(`^${name}=(.+)$`, "gm"))].at(-1)?.[1] ?? 0);
  return { frames: last("frame"), seconds: last("out_time_us") / 1e6 };
}
