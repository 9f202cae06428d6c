import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { isAlive } from "../../processor/adapters/process-state.ts";
import { descendantsOf, membersOfGroup } from "./process-tree.ts";
import { Service, tailOf } from "./service.ts";

const logs = mkdtempSync(join(tmpdir(), "ladderlock-"));

function serviceRunning(script: string, graceMs = 5000) {
  const logFile = join(logs, `${Math.random()}.log`);
  const options = {
    name: "It",
    command: process.execPath,
    args: ["-e", script],
    cwd: logs,
    env: process.env,
    logFile,
    graceMs,
  };
  return { service: new Service(options), logFile };
}

async function untilLogged(logFile: string, text: string) {
  while (!tailOf(logFile).includes(text)) await sleep(20);
}

describe("a service", () => {
  it("says how it ended when nobody asked it to, and keeps what it wrote", async () => {
    const { service, logFile } = serviceRunning("console.log('about to fail'); process.exit(3)");
    expect((await service.ended).message).toBe("It ended unexpectedly (exit code 3).");
    expect(tailOf(logFile)).toBe("about to fail");
  });

  it("says so when its program is not there", async () => {
    const options = {
      name: "It",
      command: "/no/such/program",
      args: [],
      cwd: logs,
      env: {},
      logFile: join(logs, "none.log"),
      graceMs: 1,
    };
    expect((await new Service(options).ended).message).toContain("ENOENT");
  });

  it("may tidy up when it is asked to stop", async () => {
    const { service, logFile } = serviceRunning(
      "process.on('SIGTERM', () => { console.log('tidied'); process.exit() }); setInterval(() => {}, 1000); console.log('up')",
    );
    await untilLogged(logFile, "up");
    await service.stop();
    expect(tailOf(logFile)).toBe("up\ntidied");
  });

  it("leaves nothing behind in its process group when it ends by itself", async () => {
    const { service, logFile } = serviceRunning(
      "require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(process.pid)'], { stdio: 'inherit' })",
    );
    while (tailOf(logFile) === "") await sleep(20);
    const child = Number(tailOf(logFile));
    process.kill(service.pid ?? 0, "SIGKILL");
    expect((await service.ended).message).toBe("It ended unexpectedly (SIGKILL).");
    await expect.poll(() => isAlive(child)).toBe(false);
  });

  it("is killed with its descendants, in whichever process group, when it does not stop in time", async () => {
    const stubborn = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);";
    const { service, logFile } = serviceRunning(
      `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(`${stubborn} console.log('up')`)}], { detached: true, stdio: 'inherit' }); ${stubborn}`,
      100,
    );
    await untilLogged(logFile, "up");
    const family = descendantsOf(service.pid ?? 0);
    expect(family).toHaveLength(2);
    await service.stop();
    await expect.poll(() => family.filter(isAlive)).toEqual([]);
  });

  it("is asked to stop when the process that started it is killed, if it is to end with that", async () => {
    const logFile = join(logs, "orphan.log");
    const script =
      "process.on('SIGINT', () => { console.log('tidied'); process.exit() }); setInterval(() => {}, 1000); console.log(process.pid)";
    const options = { name: "It", cwd: logs, logFile, graceMs: 1, stopSignal: "SIGINT", endsWithUs: true };
    const parent = spawn(process.execPath, [
      "--input-type=module",
      "-e",
      `import { Service } from ${JSON.stringify(join(import.meta.dirname, "service.ts"))};
       new Service({ ...${JSON.stringify(options)}, command: process.execPath, args: ["-e", ${JSON.stringify(script)}], env: process.env });
       setInterval(() => {}, 1000);`,
    ]);
    await expect.poll(() => tailOf(logFile)).toMatch(/^\d+$/);
    const pid = Number(tailOf(logFile));
    parent.kill("SIGKILL");
    await expect.poll(() => isAlive(pid)).toBe(false);
    expect(tailOf(logFile)).toBe(`${pid}\ntidied`);
  });

  it("is left without its watcher when it ends by itself", async () => {
    const logFile = join(logs, "short.log");
    const args = ["-e", "console.log(process.pid); process.exit(4)"];
    const options = { name: "It", command: process.execPath, args, cwd: logs, env: process.env, logFile, graceMs: 1 };
    const service = new Service({ ...options, endsWithUs: true });
    expect((await service.ended).message).toBe("It ended unexpectedly (exit code 4).");
    expect(tailOf(logFile)).toBe(String(service.pid));
    await expect.poll(() => membersOfGroup(service.pid ?? 0)).toEqual([]);
  });
});
