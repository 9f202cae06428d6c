import { execFile } from "node:child_process";
import { describe, expect, it } from "vitest";

const MAIN = new URL("main.ts", import.meta.url).pathname;

function run(args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [MAIN, ...args],
      { env: { PATH: process.env.PATH } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

describe("the program", () => {
  it("shows how it is used", async () => {
    const { code, stdout } = await run(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Usage: ladderlock [options] [command]");
  });

  it("ends with 64 for a command that it does not know, and for none", async () => {
    expect(await run(["dance"])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("unknown command 'dance'"),
    });
    expect(await run([])).toMatchObject({ code: 64 });
  });

  it("ends with 78 for a bad configuration, with every problem on a line", async () => {
    const { code, stderr } = await run(["serve"]);
    expect(code).toBe(78);
    expect(stderr.match(/^ {2}[A-Z0-9_]+ is missing: set it to /gm)).toHaveLength(7);
  });
});
