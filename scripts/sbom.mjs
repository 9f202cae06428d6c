// npm run sbom [-- --output <file>]: writes what the processor's image holds of npm as CycloneDX JSON. See docs/deploying.md.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { exitWith } from "./setup/child.mjs";
import { lastLines, runCommand } from "./setup/command.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { output } = parseArgs({ options: { output: { type: "string" } } }).values;

/** @typedef {{ dev?: boolean, optional?: boolean, devOptional?: boolean }} Locked */

await exitWith(async () => {
  const directory = mkdtempSync(join(tmpdir(), "ladderlock-sbom-"));
  try {
    writeInstalled(directory);
    const args = ["sbom", "--sbom-format", "cyclonedx", "--sbom-type", "application", "--package-lock-only"];
    const printed = await runCommand("npm", args, { cwd: directory });
    if (!printed.ok) throw new Error(`npm ${args.join(" ")}: ${lastLines(printed)}`);
    const text = `${JSON.stringify(named(JSON.parse(printed.stdout)), null, 2)}\n`;
    // npm runs scripts in the project's folder; the user typed the path in theirs.
    if (output === undefined) process.stdout.write(text);
    else writeFileSync(resolve(process.env.INIT_CWD ?? ".", output), text);
    return 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

/**
 * What `npm ci --omit=dev --omit=optional` installs. `npm sbom --omit=dev` leaves out what a development dependency needs
 * as well, such as the AWS SDK's core.
 *
 * @param {string} directory
 */
function writeInstalled(directory) {
  const { devDependencies, optionalDependencies, ...manifest } = readJson("package.json");
  const lock = readJson("package-lock.json");
  const { devDependencies: _, optionalDependencies: __, ...root } = lock.packages[""];
  const isInstalled = (/** @type {Locked} */ { dev, optional, devOptional }) => !dev && !optional && !devOptional;
  const installed = Object.entries(lock.packages).filter(([path, one]) => path !== "" && isInstalled(one));
  const packages = { "": root, ...Object.fromEntries(installed) };
  writeFileSync(join(directory, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(directory, "package-lock.json"), JSON.stringify({ ...lock, packages }));
}

/**
 * npm takes the name of the folder.
 *
 * @param {{ metadata: { component: object } }} sbom
 */
function named(sbom) {
  const component = { ...sbom.metadata.component, name: readJson("package.json").name };
  return { ...sbom, metadata: { ...sbom.metadata, component } };
}

/** @param {string} name */
function readJson(name) {
  return JSON.parse(readFileSync(join(ROOT, name), "utf8"));
}
