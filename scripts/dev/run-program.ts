import { spawn, spawnSync } from "node:child_process";
import { signalAll } from "./process-tree.ts";

export type ProgramResult = { readonly code: number | null; readonly stdout: Buffer; readonly stderr: string };

export type ProgramOptions = { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly signal: AbortSignal };

const QUOTED_LINES = 12;

/**
 * Runs a program to its end, whatever its exit code is. If `signal` is aborted, the program and its process group are
 * killed and the signal's reason is thrown.
 */
export function runProgram(
  command: string,
  args: readonly string[],
  { cwd, env = process.env, signal }: ProgramOptions,
): Promise<ProgramResult> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    const kill = () => child.pid !== undefined && signalAll([-child.pid], "SIGKILL");
    signal.addEventListener("abort", kill, { once: true });
    child.once("error", reject);
    child.once("close", (code) => {
      signal.removeEventListener("abort", kill);
      if (signal.aborted) reject(signal.reason);
      else resolve({ code, stdout: Buffer.concat(stdout), stderr: String(Buffer.concat(stderr)) });
    });
  });
}

/** The same for a program that must succeed: throws an Error with the last lines that it wrote. */
export async function runOrThrow(command: string, args: readonly string[], options: ProgramOptions): Promise<void> {
  const { code, stdout, stderr } = await runProgram(command, args, options);
  if (code === 0) return;
  const lines = `${stdout}${stderr}`.trim().split("\n").slice(-QUOTED_LINES);
  throw new Error(`${[command, ...args].join(" ")} failed:\n${lines.join("\n")}`);
}

export function isInstalled(command: string, ...args: string[]): boolean {
  return command !== "" && spawnSync(command, args, { stdio: "ignore" }).status === 0;
}
