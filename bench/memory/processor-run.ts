import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { processorCommand } from "../processor-command.ts";

export type ProcessorRun = { readonly peakMegabytes: number; readonly seconds: number };

const ROOT = join(import.meta.dirname, "../..");
const LOOK_EVERY_MS = 50;

/**
 * `ladderlock run` of one job in its own process, with the most memory that the process itself ever had resident
 * (VmHWM, proc(5)); what it starts is not counted. Throws when the job does not succeed.
 */
export async function runProcessor(jobId: string, environment: Record<string, string>): Promise<ProcessorRun> {
  const startedAt = performance.now();
  const [program = "", ...args] = processorCommand("run", jobId);
  const child = spawn(program, args, {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH, ...environment },
  });
  const log: string[] = [];
  for (const output of [child.stdout, child.stderr]) output.on("data", (text) => log.push(String(text)));
  let peakMegabytes = 0;
  const timer = setInterval(async () => {
    peakMegabytes = Math.max(peakMegabytes, await residentPeak(child.pid ?? 0));
  }, LOOK_EVERY_MS);
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`ladderlock run ended with ${code}: ${log.join("").slice(-3000)}`);
  if (peakMegabytes === 0) throw new Error("the memory of a process can be read on Linux only");
  return { peakMegabytes, seconds: (performance.now() - startedAt) / 1000 };
}

async function residentPeak(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "latin1").catch(() => "");
  return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024) / 1e6;
}
