import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { MEDIA_TOOLS } from "./media-tools.ts";

/** What a figure must be read with: the class of the machine and the versions, no names. */
export type Machine = {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGiB: number;
  /** Processes that wanted to run in the minute before the first round. */
  readonly loadBefore: number;
  readonly versions: Readonly<Record<string, string>>;
};

export async function describeMachine(): Promise<Machine> {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadBefore: loadavg()[0]!,
    versions: {
      node: process.version,
      workerd: await packageVersion("workerd"),
      miniflare: await packageVersion("miniflare"),
      ffmpeg: await firstLine(MEDIA_TOOLS.ffmpeg, ["-version"]),
      openssl: await firstLine("openssl", ["version"]),
    },
  };
}

async function packageVersion(name: string): Promise<string> {
  const path = join(import.meta.dirname, "../node_modules", name, "package.json");
  return (JSON.parse(await readFile(path, "utf8")) as { version: string }).version;
}

async function firstLine(program: string, args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args)).stdout.split("\n", 1)[0]!.trim();
  } catch {
    return "not installed";
  }
}
