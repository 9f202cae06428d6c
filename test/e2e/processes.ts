import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { runProgram } from "./run-program.ts";

/** Command lines of running processes in which `text` stands. */
export async function processesWith(text: string): Promise<string[]> {
  const all = existsSync("/proc/self/cmdline") ? await fromProc() : await fromPs();
  return all.filter((command) => command.includes(text));
}

async function fromProc(): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  // A process may end between the listing and the look.
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
}

async function fromPs(): Promise<string[]> {
  return (await runProgram("ps", ["-A", "-ww", "-o", "command="])).stdout.toString().split("\n");
}
