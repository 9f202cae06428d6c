import { cpSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { EXTRA_CERTIFICATES } from "./base-root.mjs";
import { entersImage, readCopy } from "./dockerfile.mjs";
import { runCommand } from "./run-command.mjs";

/**
 * @typedef {{ name: string, root: string, workdir: string, user: string, env: Record<string, string>, entrypoint: string[] }} StageState
 */

/** @param {string} name @param {string} root @returns {StageState} */
export const newStage = (name, root) => ({ name, root, workdir: "/", user: "root", env: {}, entrypoint: [] });

/** @param {StageState} stage @param {string} user @param {string[]} command @param {Record<string, string>} [env] */
export function chrootCommand(stage, user, command, env = {}) {
  const settings = Object.entries({
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: "/root",
    ...(process.env.NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS: EXTRA_CERTIFICATES }),
    ...stage.env,
    ...env,
  });
  const inside = [
    ...["env", "-i", ...settings.map(([name, value]) => `${name}=${value}`)],
    ...["sh", "-c", 'cd "$0" && exec "$@"', stage.workdir, ...command],
  ];
  return ["chroot", ...(user === "root" ? [stage.root] : [`--userspec=${user}`, stage.root]), ...inside];
}

/** @param {StageState} stage @param {string} argument @param {{ project: string, stages: ReadonlyMap<string, StageState> }} from */
function copy(stage, argument, { project, stages }) {
  const { stage: from, sources, target } = readCopy(argument);
  for (const word of sources) {
    const source = join(from === null ? project : (stages.get(from)?.root ?? ""), word);
    const into = join(stage.root, resolve(stage.workdir, target));
    const destination = target.endsWith("/") || sources.length > 1 ? join(into, word.split("/").at(-1) ?? "") : into;
    mkdirSync(dirname(destination), { recursive: true });
    cpSync(source, destination, { recursive: true, filter: entersImage });
  }
}

/**
 * What a step sets, without its files.
 *
 * @param {StageState} stage
 * @param {import("./dockerfile.mjs").Step} step
 */
export function applySettings(stage, { instruction, argument }) {
  if (instruction === "WORKDIR") stage.workdir = argument;
  if (instruction === "USER") stage.user = argument;
  if (instruction === "ENTRYPOINT") stage.entrypoint = JSON.parse(argument);
  if (instruction !== "ENV") return;
  for (const pair of argument.split(/\s+/)) {
    const [name = "", value = ""] = pair.split("=");
    stage.env[name] = value;
  }
}

/**
 * @param {StageState} stage
 * @param {import("./dockerfile.mjs").Step} step
 * @param {{ project: string, stages: ReadonlyMap<string, StageState> }} from
 */
export function carryOut(stage, step, from) {
  const { instruction, argument } = step;
  console.log(`${stage.name}: ${instruction} ${argument}`);
  applySettings(stage, step);
  switch (instruction) {
    case "WORKDIR":
      mkdirSync(join(stage.root, argument), { recursive: true });
      break;
    case "RUN": {
      const [command = "", ...args] = chrootCommand(stage, stage.user, ["sh", "-ec", argument]);
      runCommand(command, args);
      break;
    }
    case "COPY":
      copy(stage, argument, from);
      break;
    case "ENV":
    case "USER":
    case "ENTRYPOINT":
    case "CMD":
      break;
    default:
      throw new Error(`this script does not know ${instruction}`);
  }
}
