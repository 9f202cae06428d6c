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
 * @param {{ forTests: boolean }} needs the tests also need a browser, players and Postgres
 * @returns {Promise<{ root: string, node: string, env: NodeJS.ProcessEnv }>} env is for every child process
 */
export async function prepare({ forTests }) {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const toolsFile = join(root, ".ladderlock/tools.json");
  const toolsFolder = join(root, ".ladderlock/tools");
  await ensureDependencies(root);
  const node = await findNode(root, toolsFile);
  const media = await findMediaTools({ toolsFile, toolsFolder });
  const chromium = forTests ? await findChromium({ toolsFile, toolsFolder }) : null;
  const players = forTests ? await findPlayers({ toolsFile, toolsFolder, ffmpeg: media.ffmpeg }) : {};
  if (forTests) await installDebootstrap();
  const databases = forTests ? await findPostgresForTests(toolsFolder) : {};
  const programs = [join(root, "node_modules/.bin"), dirname(node), process.env.PATH ?? ""];
  return {
    root,
    node,
    env: {
      ...process.env,
      PATH: [...new Set(programs)].join(delimiter),
      FFMPEG_PATH: media.ffmpeg,
      FFPROBE_PATH: media.ffprobe,
      ...(chromium === null ? {} : { CHROMIUM_PATH: chromium }),
      ...players,
      ...databases,
      ...QUIET_TOOLS,
    },
  };
}

/** None of the tools looks anything up on the network or reports anything to anybody. */
const QUIET_TOOLS = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  DO_NOT_TRACK: "1",
};
