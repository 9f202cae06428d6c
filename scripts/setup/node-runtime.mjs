import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./command.mjs";
import { recallTool, rememberTool } from "./remembered-tools.mjs";
import { SetupError } from "./setup-error.mjs";

// The first that knows `await using`, which our TypeScript, run as it stands, contains. wrangler would do with 22.12.
const OLDEST = /** @type {const} */ ([24, 0]);

/**
 * A Node that is new enough for wrangler, vitest and our own TypeScript: the one that npm installed beside the other
 * packages, or the one that runs this if its platform has no such package.
 *
 * @param {string} root
 * @param {string} toolsFile
 * @returns {Promise<string>} path of the executable
 */
export async function findNode(root, toolsFile) {
  const remembered = recallTool(toolsFile, "node");
  if (remembered?.[0] !== undefined) return remembered[0];
  const bundled = join(root, "node_modules/.bin/node");
  for (const path of existsSync(bundled) ? [bundled, process.execPath] : [process.execPath]) {
    const version = await runCommand(path, ["--version"], { timeoutMs: 20_000 });
    // npm puts this folder first on PATH: a Node there that does not run (another C library) would break every script.
    if (!version.ok && path === bundled) rmSync(bundled);
    if (!version.ok || !isNewEnough(version.stdout)) continue;
    rememberTool(toolsFile, "node", [path]);
    return path;
  }
  throw new SetupError(
    `Node ${process.versions.node} is too old for wrangler, and npm has no newer Node for ${process.platform}-${process.arch}.\n` +
      `Install Node ${OLDEST.join(".")} or newer (https://nodejs.org), then run this command again.`,
  );
}

/** @param {string} version as `node --version` prints it */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.trim().replace(/^v/, "").split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
