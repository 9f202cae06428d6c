import { readFileSync } from "node:fs";

/**
 * Whether a process runs. One that has ended can still be signalled until its parent has noticed, which in a container
 * may never happen; Linux shows its state.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
  if (process.platform !== "linux") return true;
  try {
    return !ENDED.includes(procStat(pid)[0] ?? "");
  } catch {
    // It ended since, or may not be looked at: the next question shows which.
    return true;
  }
}

/** Zombie and dead (proc(5)). */
const ENDED = ["Z", "X"];

/** The fields of /proc/{pid}/stat after the program's name: state, parent, process group and more. Throws if there is no process. */
export function procStat(pid: number | string): string[] {
  // The name stands in parentheses and may hold spaces and parentheses itself.
  const afterName = readFileSync(`/proc/${pid}/stat`, "latin1").split(")").at(-1) ?? "";
  return afterName.trim().split(" ");
}
