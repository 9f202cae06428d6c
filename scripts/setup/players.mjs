import { join } from "node:path";
import { findOnPath, programNamedBy } from "./command.mjs";
import { tryGStreamer, tryMpv, withTrialClip } from "./player-trials.mjs";
import { unpackDebianPackages, writeWrapper } from "./private-debian.mjs";
import { recallTool, rememberTool } from "./remembered-tools.mjs";
import { SetupError } from "./setup-error.mjs";
import { installSystemPackages } from "./system-packages.mjs";

const GSTREAMER_FOLDER = "usr/lib/*/gstreamer-1.0";
const GSTREAMER_PACKAGES = ["tools", "plugins-base", "plugins-good", "plugins-bad", "libav"];

/**
 * @typedef {object} Player
 * @property {string} name
 * @property {string} variable names a program of the user's, and hands the one that was found to the tests
 * @property {string[]} programs the player, then what has to lie beside it
 * @property {string[]} apt
 * @property {string[]} brew
 * @property {Record<string, string>} privateEnvironment what it needs when it is unpacked below $root
 * @property {(path: string, clip: string) => Promise<string | null>} tryOut
 */

/** @type {readonly Player[]} */
const PLAYERS = [
  {
    name: "mpv",
    variable: "MPV_PATH",
    programs: ["mpv"],
    apt: ["mpv"],
    brew: ["mpv"],
    privateEnvironment: {},
    tryOut: tryMpv,
  },
  {
    name: "GStreamer",
    variable: "GST_LAUNCH_PATH",
    programs: ["gst-launch-1.0", "gst-inspect-1.0"],
    apt: GSTREAMER_PACKAGES.map((name) => `gstreamer1.0-${name}`),
    brew: ["gstreamer"],
    privateEnvironment: {
      GST_PLUGIN_SYSTEM_PATH_1_0: `$(echo "$root"/${GSTREAMER_FOLDER}):$(echo /${GSTREAMER_FOLDER})`,
      GST_PLUGIN_SCANNER_1_0: '$(echo "$root"/usr/lib/*/gstreamer1.0/gstreamer-1.0/gst-plugin-scanner)',
      GST_REGISTRY_1_0: "$root/registry.bin",
    },
    tryOut: tryGStreamer,
  },
];

/**
 * The players that the tests run from the command line. One that cannot be had is no reason to stop: its tests are
 * skipped, and `npm test` names it in its last line.
 *
 * @param {{ toolsFile: string, toolsFolder: string, ffmpeg: string }} places
 * @returns {Promise<Record<string, string>>} for the environment of the tests
 */
export async function findPlayers({ toolsFile, toolsFolder, ffmpeg }) {
  const found = new Map(PLAYERS.map((player) => [player, known(player, toolsFile)]));
  const missing = () => PLAYERS.filter((player) => found.get(player) === null);
  if (missing().length > 0) {
    await withTrialClip(ffmpeg, async (clip) => {
      for (const player of missing()) found.set(player, await namedOrInstalled(player, clip));
      if (missing().length > 0) await installFromSystem(missing());
      for (const player of missing()) found.set(player, await namedOrInstalled(player, clip));
      for (const player of missing()) found.set(player, await unpackFromDebian(player, clip, toolsFolder));
    });
  }
  for (const [{ name }, path] of found) if (path !== null) rememberTool(toolsFile, name, [path]);
  // Empty, not absent: the tests then leave one alone that is on PATH and cannot do the work.
  return Object.fromEntries([...found].map(([{ variable }, path]) => [variable, path ?? ""]));
}

/**
 * @param {Player} player
 * @param {string} toolsFile
 * @returns {string | null}
 */
function known({ name, variable }, toolsFile) {
  const named = programNamedBy(variable);
  const [remembered = null] = recallTool(toolsFile, name) ?? [];
  return (named ?? remembered) === remembered ? remembered : null;
}

/**
 * @param {Player} player
 * @param {string} clip
 * @returns {Promise<string | null>}
 */
async function namedOrInstalled({ name, variable, programs: [program = ""], tryOut }, clip) {
  const named = programNamedBy(variable);
  const path = named ?? findOnPath(program);
  const refusal = path === null ? null : await tryOut(path, clip);
  if (refusal === null) return path;
  if (named !== null) throw new SetupError(`${variable} is set, but cannot be used: ${refusal}`);
  console.error(`${name}: ${refusal}`);
  return null;
}

/** @param {readonly Player[]} players */
async function installFromSystem(players) {
  const title = players.map(({ name }) => name).join(" and ");
  const packages = { apt: players.flatMap(({ apt }) => apt), brew: players.flatMap(({ brew }) => brew) };
  const { installed, reason } = await installSystemPackages(title, packages);
  if (!installed) console.error(`${title}: ${reason}`);
}

/**
 * @param {Player} player
 * @param {string} clip
 * @param {string} toolsFolder
 * @returns {Promise<string | null>}
 */
async function unpackFromDebian({ name, programs, apt, privateEnvironment, tryOut }, clip, toolsFolder) {
  const folder = join(toolsFolder, "debian");
  const { root, reason } = await unpackDebianPackages({ folder, name: name.toLowerCase(), packages: apt });
  if (root === null) {
    console.error(`${name}: ${reason}`);
    return null;
  }
  const [path = ""] = programs.map((program) =>
    writeWrapper({
      root,
      program: `usr/bin/${program}`,
      script: join(folder, "bin", program),
      environment: privateEnvironment,
    }),
  );
  const refusal = await tryOut(path, clip);
  if (refusal !== null) console.error(`${name}: ${refusal}`);
  return refusal === null ? path : null;
}
