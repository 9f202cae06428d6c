import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isInstalled, runProgram } from "../../scripts/dev/run-program.ts";

/* What needs neither root nor a minute is in test/structure/containers.test.ts and test/structure/image-program.test.ts. */

const DEADLINE_MS = 900_000;
const isPossible =
  process.env.LONG_TESTS === "1" &&
  process.getuid?.() === 0 &&
  isInstalled("debootstrap", "--version") &&
  isInstalled("chroot", "/", "true");

describe.runIf(isPossible)("the steps of the Dockerfile, which need LONG_TESTS=1, root, debootstrap and chroot", () => {
  it("make an image that runs", { timeout: DEADLINE_MS }, async () => {
    const script = fileURLToPath(new URL("../../scripts/prove-dockerfile.mjs", import.meta.url));
    const { code, stdout, stderr } = await runProgram(process.execPath, [script], {
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    const printed = `${stdout}${stderr}`;
    expect(code, printed.slice(-4000)).toBe(0);
    expect(printed).toContain("The Dockerfile's steps make an image that runs.");
  });
});
