import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runTool } from "./run-tool.ts";

const shell = (script: string, changes: Partial<Parameters<typeof runTool>[0]> = {}) =>
  runTool({
    command: "/bin/sh",
    args: ["-c", script],
    signal: new AbortController().signal,
    workingDirectory: "/",
    timeoutSeconds: 10,
    ...changes,
  });

describe("a tool", () => {
  it("returns both outputs and the exit code", async () => {
    const result = await shell("echo out; echo err >&2; exit 3");
    expect(result).toMatchObject({ code: 3, killedBy: null, timedOut: false, stderr: ["err", ""] });
    expect(result.stdout.toString()).toBe("out\n");
  });

  it("does not see the secrets of its parent", async () => {
    process.env.RUN_TOOL_TEST_SECRET = "secret";
    const result = await shell("env");
    delete process.env.RUN_TOOL_TEST_SECRET;
    expect(result.stdout.toString()).toContain("PATH=");
    expect(result.stdout.toString()).not.toContain("secret");
  });

  it("is stopped with its children after its time", async () => {
    const result = await shell("sleep 30 & sleep 30; echo never", { timeoutSeconds: 0.2 });
    expect(result).toMatchObject({ timedOut: true, killedBy: "SIGTERM" });
  });

  it("is stopped by an abort, which throws the signal's reason", async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error("cancelled")), 50);
    await expect(shell("sleep 30", { signal: abort.signal })).rejects.toThrow("cancelled");
  });

  it("throws when it does not exist", async () => {
    await expect(shell("", { command: "/nowhere/tool" })).rejects.toThrow(/ENOENT/);
  });

  it.skipIf(!existsSync("/usr/bin/setpriv"))("dies with a parent that is killed", async () => {
    const script = `
      import { runTool } from ${JSON.stringify(join(import.meta.dirname, "run-tool.ts"))};
      const signal = new AbortController().signal;
      const guard = { setpriv: true, prlimit: false, memoryBytes: null };
      const args = ["-c", "echo $$; exec sleep 60"];
      const onStdout = (chunk) => process.stdout.write(chunk);
      await runTool({ command: "/bin/sh", args, signal, guard, workingDirectory: "/", timeoutSeconds: 60, onStdout });`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script]);
    const child = await new Promise<number>((resolve) => parent.stdout.once("data", (text) => resolve(Number(text))));
    expect(existsSync(`/proc/${child}`)).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => isRunning(child)).toBe(false);
  });
});

/** A process that was killed stays as a zombie until somebody reaps it. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
}
