import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findChromium } from "./browser.mjs";
import { installDebootstrap } from "./debootstrap.mjs";
import { ensureDependencies } from "./dependencies.mjs";
import { findMediaTools } from "./media-tools.mjs";
import { findNode } from "./node-runtime.mjs";
import { findPlayers } from "./players.mjs";
import { findPostgresForTests } from "./postgres.mjs";

/**
 * Everything that a command needs before it can begin, found or fetched. On a machine where that has been done it only
 * looks, and takes a few milliseconds. Runs on Node 20 and without packages, because it is what installs them.
 *
 * The packages, the programs and Postgres come from different places, so they are fetched at the same time.
 *
 * @param {{ forTests: boolean, onPackages?: (installed: { root: string, node: string }) => void }} needs the tests also need
 *   a browser, players and Postgres; `onPackages` is called as soon as the packages are there
 * @returns {Promise<{ root: string, node: string, env: NodeJS.ProcessEnv }>} env is for every child process
 */
export async function prepare({ forTests, onPackages = () => {} }) {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const toolsFile = join(root, ".ladderlock/tools.json");
  const toolsFolder = join(root, ".ladderlock/tools");
  const [node, tools, databases] = await Promise.all([
    installedNode(root, toolsFile, onPackages),
    findTools({ toolsFile, toolsFolder }, forTests),
    forTests ? findPostgresForTests(toolsFolder) : {},
  ]);
  const programs = [join(root, "node_modules/.bin"), dirname(node), process.env.PATH ?? ""];
  return {
    root,
    node,
    env: {
      ...process.env,
      PATH: [...new Set(programs)].join(delimiter),
      ...tools,
      ...databases,
      ...QUIET_TOOLS,
    },
  };
}

/**
 * @param {string} root
 * @param {string} toolsFile
 * @param {(installed: { root: string, node: string }) => void} onPackages
 * @returns {Promise<string>}
 */
async function installedNode(root, toolsFile, onPackages) {
  await ensureDependencies(root);
  const node = await findNode(root, toolsFile);
  onPackages({ root, node });
  return node;
}

/**
 * One after the other: the package manager of a system does one thing at a time.
 *
 * @param {{ toolsFile: string, toolsFolder: string }} places
 * @param {boolean} forTests
 * @returns {Promise<Record<string, string>>} for the environment
 */
async function findTools(places, forTests) {
  const { ffmpeg, ffprobe } = await findMediaTools(places);
  const media = { FFMPEG_PATH: ffmpeg, FFPROBE_PATH: ffprobe };
  if (!forTests) return media;
  const chromium = await findChromium(places);
  const players = await findPlayers({ ...places, ffmpeg });
  if (process.env.LONG_TESTS === "1") await installDebootstrap();
  return { ...media, CHROMIUM_PATH: chromium, ...players };
}

/** None of the tools looks anything up on the network or reports anything to anybody. */
const QUIET_TOOLS = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  DO_NOT_TRACK: "1",
};
