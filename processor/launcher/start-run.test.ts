import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isAlive } from "../adapters/process-state.ts";
import { startRun } from "./start-run.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "start-run-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const REQUEST = { launchId: "l1", jobId: "j1" };

function startScript(script: string) {
  return startRun(
    {
      command: [process.execPath, "-e", script],
      environment: { PATH: process.env.PATH, OUT: join(folder, "out"), SECRET_OF_LAUNCHER: "x" },
      ...{ withoutSettings: ["SECRET_OF_LAUNCHER"], setpriv: false },
    },
    REQUEST,
  );
}

describe("a run that the launcher starts", () => {
  it("is `run` with VIDEO_JOB_ID and the launcher's settings but not those of the launcher alone", async () => {
    const script = `require("fs").writeFileSync(process.env.OUT, JSON.stringify({ env: process.env, argv: process.argv.slice(1) }));
      process.exit(65)`;
    expect(await startScript(script).end).toEqual({ exitCode: 65, reason: null });
    const { env, argv } = JSON.parse(await readFile(join(folder, "out"), "utf8"));
    expect(argv).toEqual(["run"]);
    expect(env).toMatchObject({ VIDEO_JOB_ID: "j1", OUT: join(folder, "out") });
    expect(env).not.toHaveProperty("SECRET_OF_LAUNCHER");
  });

  it("says which signal ended it", async () => {
    const run = startScript("setInterval(() => {}, 1000)");
    run.signal("SIGKILL");
    expect(await run.end).toEqual({ exitCode: null, reason: "ended by SIGKILL" });
    run.signal("SIGTERM");
  });

  it("ends with a reason where the program cannot be started", async () => {
    const program = { environment: {}, withoutSettings: [], setpriv: false };
    const run = startRun({ ...program, command: [join(folder, "no-such-program")] }, REQUEST);
    expect(await run.end).toEqual({ exitCode: null, reason: "could not be started: ENOENT" });
  });

  it.runIf(process.platform === "linux")("is stopped when the launcher is killed", async () => {
    const { spawn } = await import("node:child_process");
    const code = `import { startRun } from ${JSON.stringify(join(import.meta.dirname, "start-run.ts"))};
      const command = [process.execPath, "-e", "console.log(process.pid); setInterval(() => {}, 1000)"];
      startRun({ command, environment: process.env, withoutSettings: [], setpriv: true }, { launchId: "l1", jobId: "j1" });`;
    const launcher = spawn(process.execPath, ["--input-type=module-typescript", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [printed] = (await once(launcher.stdout!, "data")) as [Buffer];
    const pid = Number(printed.toString("utf8"));
    expect(isAlive(pid)).toBe(true);
    launcher.kill("SIGKILL");
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });
});
