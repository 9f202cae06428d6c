import { readFile } from "node:fs/promises";

/** Linux counts in hundredths of a second for programs, whatever its own clock (proc(5), USER_HZ). */
const TICKS_PER_SECOND = 100;
/** Of the fields after the program's name, which may itself have spaces: utime and stime (proc(5), 14 and 15). */
const USER_TIME = 11;
const SYSTEM_TIME = 12;

/** User and system time of a running process in seconds; null where there is no /proc. */
export async function processCpuSeconds(pid: number): Promise<number | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}

/** The process that this one has started and that has `name` as its program's name; null where there is no /proc. */
export async function childProcess(name: string): Promise<number | null> {
  try {
    const children = await readFile(`/proc/self/task/${process.pid}/children`, "latin1");
    for (const pid of children.trim().split(" ")) {
      if ((await readFile(`/proc/${pid}/comm`, "latin1")).trim() === name) return Number(pid);
    }
  } catch {}
  return null;
}
