import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { procStat } from "../../processor/adapters/process-state.ts";

/**
 * The process ids of everything that descends from `pid`, itself first. ffmpeg runs in its own process group, so
 * killing the processor's group does not reach it.
 */
export function descendantsOf(pid: number): number[] {
  const processes = allProcesses();
  const found = [pid];
  for (const parent of found) {
    found.push(...processes.filter((process) => process.parent === parent).map((process) => process.pid));
  }
  return found;
}

/** The process ids of those that `pid` itself has started. */
export function childrenOf(pid: number): number[] {
  return allProcesses()
    .filter((process) => process.parent === pid)
    .map((process) => process.pid);
}

/** The process ids of a process group; its leader may have gone before the others. */
export function membersOfGroup(group: number): number[] {
  return allProcesses()
    .filter((process) => process.group === group)
    .map((process) => process.pid);
}

/** Sends the signal to each process, ignoring those that are gone. */
export function signalAll(pids: Iterable<number>, signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended by itself.
    }
  }
}

/** Command lines of running processes in which `text` stands. */
export function commandLinesWith(text: string): string[] {
  return allProcesses()
    .map(({ pid }) => commandLineOf(pid))
    .filter((command) => command.includes(text));
}

/** The command line of a process, or "" if it is unknown: process ids are reused, so a pid alone proves nothing. */
export function commandLineOf(pid: number): string {
  try {
    if (process.platform === "linux") return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    return "";
  }
}

type ProcessEntry = { readonly pid: number; readonly parent: number; readonly group: number };

function allProcesses(): ProcessEntry[] {
  return process.platform === "linux" ? processesFromProc() : processesFromPs();
}

function processesFromProc(): ProcessEntry[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const [, parent, group] = procStat(pid);
      return [{ pid: Number(pid), parent: Number(parent), group: Number(group) }];
    } catch {
      return [];
    }
  });
}

function processesFromPs(): ProcessEntry[] {
  const table = execFileSync("ps", ["-axo", "pid=,ppid=,pgid="], { encoding: "utf8" });
  const lines = table.trim().split("\n");
  return lines.map((line) => {
    const [pid = 0, parent = 0, group = 0] = line.trim().split(/\s+/).map(Number);
    return { pid, parent, group };
  });
}
