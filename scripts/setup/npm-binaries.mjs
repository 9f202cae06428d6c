import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lastLines } from "./command.mjs";
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
    const result = await step("Fetching ffmpeg and ffprobe from npm", () =>
      runNpm(folder, ["install", "--prefix", folder, ...flags, ...PACKAGES]),
    );
    if (!result.ok) return { ffmpeg: null, ffprobe: null, reason: `npm: ${lastLines(result, 3)}` };
  }
  if (!existsSync(ffmpeg) || !existsSync(ffprobe)) {
    return { ffmpeg: null, ffprobe: null, reason: `npm has no ffmpeg for ${platform}` };
  }
  for (const path of [ffmpeg, ffprobe]) chmodSync(path, 0o755);
  return { ffmpeg, ffprobe, reason: "" };
}
