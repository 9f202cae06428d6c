import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {{ instruction: string, argument: string }} Step
 * @typedef {{ name: string, from: string, steps: Step[] }} Stage
 */

/**
 * @param {string} text
 * @returns {{ args: ReadonlyMap<string, string>, stages: Stage[] }} `args` are those before the first stage
 */
export function readDockerfile(text) {
  const args = /** @type {Map<string, string>} */ (new Map());
  const stages = /** @type {Stage[]} */ ([]);
  for (const { instruction, argument } of stepsOf(text)) {
    const stage = stages.at(-1);
    if (instruction === "FROM") {
      const [from = ""] = argument.split(" ");
      stages.push({ name: / AS (\S+)/i.exec(argument)?.[1] ?? "image", from, steps: [] });
    } else if (stage !== undefined) stage.steps.push({ instruction, argument });
    else if (instruction === "ARG") {
      const [name = "", standard = ""] = argument.split("=");
      args.set(name, standard);
    } else throw new Error(`${instruction} stands before the first FROM`);
  }
  return { args, stages };
}

/** @param {string} text @returns {Step[]} */
function stepsOf(text) {
  const joined = text.replaceAll(/^\s*#.*\n/gm, "").replaceAll(/\\\n/g, " ");
  return joined
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      const [instruction = "", ...rest] = line.split(/\s+/);
      return { instruction: instruction.toUpperCase(), argument: rest.join(" ") };
    });
}

/**
 * What a COPY takes, and where it puts it.
 *
 * @param {string} argument
 */
export function readCopy(argument) {
  const words = argument.split(/\s+/);
  const stage = words[0]?.startsWith("--from=") ? (words.shift()?.slice(7) ?? "") : null;
  const target = words.pop() ?? ".";
  return { stage, sources: words, target };
}

/** @param {string} path */
export const entersImage = (path) => !/\.(test|fixture)\.ts$/.test(path);

/**
 * A name for a state of files: equal for equal steps on an equal start.
 *
 * @param {string} before the name of the state before
 * @param {Step} step
 * @param {{ project: string, stageNames: ReadonlyMap<string, string> }} from
 */
export function nameAfter(before, { instruction, argument }, { project, stageNames }) {
  const hash = createHash("sha256").update(`${before}\n${instruction} ${argument}\n`);
  if (instruction === "COPY") {
    const { stage, sources } = readCopy(argument);
    if (stage !== null) hash.update(stageNames.get(stage) ?? "");
    else for (const source of sources) hashFiles(hash, join(project, source));
  }
  return hash.digest("hex").slice(0, 32);
}

/** @param {import("node:crypto").Hash} hash @param {string} path */
function hashFiles(hash, path) {
  if (!statSync(path).isDirectory()) {
    hash.update(readFileSync(path));
    return;
  }
  for (const name of readdirSync(path, { recursive: true, encoding: "utf8" }).sort()) {
    const file = join(path, name);
    if (!entersImage(file)) continue;
    hash.update(`${name}\n`);
    if (statSync(file).isFile()) hash.update(readFileSync(file));
  }
}
