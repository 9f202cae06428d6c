import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { endedWell, lastLines } from "./command.mjs";
import { runNpm } from "./dependencies.mjs";
import { step } from "./step.mjs";

const PACKAGES = ["@ffmpeg-installer/ffmpeg@1.1.0", "@ffprobe-installer/ffprobe@2.1.2"];

/**
 * The last resort: static builds of ffmpeg and ffprobe that are published as npm packages. Their scripts are not run:
 * the binaries are used where they lie.
 *
 * @param {string} folder
 * @returns {Promise<{ ffmpeg: string | null, ffprobe: string | null, reason: string }>}
 */
export async function installMediaToolsFromNpm(folder) {
  const platform = `${process.platform}-${process.arch}`;
  const suffix = process.platform === "win32" ? ".exe" : "";
  const ffmpeg = join(folder, `node_modules/@ffmpeg-installer/${platform}/ffmpeg${suffix}`);
  const ffprobe = join(folder, `node_modules/@ffprobe-installer/${platform}/ffprobe${suffix}`);
  if (!existsSync(ffmpeg) || !existsSync(ffprobe)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    const flags = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    const args = ["install", "--prefix", folder, ...flags, ...PACKAGES];
    const result = await step("Fetching ffmpeg and ffprobe from npm", () => runNpm(folder, args), endedWell);
    if (!result.ok) return { ffmpeg: null, ffprobe: null, reason: `npm: ${lastLines(result)}` };
  }
  if (!existsSync(ffmpeg) || !existsSync(ffprobe)) {
    return { ffmpeg: null, ffprobe: null, reason: `npm has no ffmpeg for ${platform}` };
  }
  for (const path of [ffmpeg, ffprobe]) chmodSync(path, 0o755);
  if (process.platform !== "linux") return { ffmpeg, ffprobe, reason: "" };
  return { ffmpeg: wrap(folder, ffmpeg), ffprobe: wrap(folder, ffprobe), reason: "" };
}

/**
 * These static builds crash at every MPEG-TS with a service name: its character set makes their C library load the
 * machine's conversion modules, which belong to another one. Where it finds no modules, it goes without.
 *
 * @param {string} folder
 * @param {string} program
 */
function wrap(folder, program) {
  const script = join(folder, "bin", basename(program));
  mkdirSync(dirname(script), { recursive: true });
  const target = relative(dirname(script), program);
  writeFileSync(script, `#!/bin/sh\nGCONV_PATH=/nonexistent exec "\${0%/*}/${target}" "$@"\n`);
  chmodSync(script, 0o755);
  return script;
}
