import { spawn } from "node:child_process";
import { signalAll } from "./process-tree.ts";

/**
 * Runs a program to its end. Throws an Error with the last lines that it wrote if it fails; if `signal` is aborted the
 * program and its process group are killed and the signal's reason is thrown.
 */
export function runProgram(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<void> {
  const { cwd, env, signal } = options;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const collect = (text: string) => {
      output = (output + text).slice(-4000);
    };
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    const kill = () => child.pid !== undefined && signalAll([-child.pid], "SIGKILL");
    signal.addEventListener("abort", kill, { once: true });
    child.once("error", reject);
    child.once("close", (code) => {
      signal.removeEventListener("abort", kill);
      if (signal.aborted) reject(signal.reason);
      else if (code === 0) resolve();
      else
        reject(
          new Error(`${[command, ...args].join(" ")} failed:\n${output.trim().split("\n").slice(-12).join("\n")}`),
        );
    });
  });
}
