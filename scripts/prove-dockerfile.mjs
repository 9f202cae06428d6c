// Proves the Dockerfile where there is no container engine: each of its steps is carried out in a plain Debian root
// (debootstrap), and the result must start as its user and name the settings that it needs. Needs root and debootstrap.
// The base image is not pulled: a root of its Debian release, with the Node that runs this script, takes its place.
// What the last RUN of a stage has made is kept under .ladderlock/image for two weeks, as a container engine keeps layers.
//
//   node scripts/prove-dockerfile.mjs [--keep] [--fresh] [--suite bookworm]
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { addNode, addWayOut, makeBaseRoot, removeUnkept } from "./image/base-root.mjs";
import { nameAfter, readDockerfile } from "./image/dockerfile.mjs";
import { openLayers } from "./image/layers.mjs";
import { applySettings, carryOut, chrootCommand, newStage } from "./image/stage.mjs";

/** @typedef {import("./image/stage.mjs").StageState} StageState */

const { values } = parseArgs({
  options: {
    keep: { type: "boolean", default: false },
    fresh: { type: "boolean", default: false },
    suite: { type: "string", default: "bookworm" },
  },
});
const project = resolve(import.meta.dirname, "..");
const layers = openLayers(join(project, ".ladderlock/image"));

/** @param {string} name */
const isKept = (name) => !values.fresh && layers.has(name);

/** The recipe of the base, and what is put into it. */
function nameOfBase() {
  const recipes = readdirSync(join(import.meta.dirname, "image"))
    .sort()
    .map((name) => readFileSync(join(import.meta.dirname, "image", name), "utf8"));
  const argument = [values.suite, process.arch, process.version, ...recipes].join("\n");
  return nameAfter("", { instruction: "FROM", argument }, { project, stageNames: new Map() });
}

/** @param {string} name @param {string} root */
function base(name, root) {
  if (!isKept(name)) {
    makeBaseRoot(values.suite, root);
    layers.keep(name, root);
  } else layers.copyTo(name, root);
}

/**
 * @param {import("./image/dockerfile.mjs").Stage} stage
 * @param {Map<string, StageState>} stages
 * @param {Map<string, string>} stageNames
 */
function build({ name, steps }, stages, stageNames) {
  const first = nameOfBase();
  layers.need(first);
  const names = steps.map(() => "");
  for (const [n, step] of steps.entries()) names[n] = nameAfter(names[n - 1] ?? first, step, { project, stageNames });
  const lastRun = steps.findLastIndex(({ instruction }) => instruction === "RUN");
  const nameOfRun = names[lastRun] ?? first;
  const state = newStage(name, join(layers.place, name));
  const isMade = isKept(nameOfRun);
  if (isMade) {
    console.log(`${name}: up to its last RUN as kept`);
    layers.copyTo(nameOfRun, state.root);
    for (const step of steps.slice(0, lastRun + 1)) applySettings(state, step);
    addNode(state.root);
  } else {
    base(first, state.root);
    addNode(state.root);
    addWayOut(state.root);
  }
  for (const [n, step] of steps.entries()) {
    if (!isMade || n > lastRun) carryOut(state, step, { project, stages });
    if (isMade || n !== lastRun) continue;
    removeUnkept(state.root);
    layers.keep(nameOfRun, state.root);
    addNode(state.root);
  }
  stages.set(name, state);
  stageNames.set(name, names.at(-1) ?? first);
  return state;
}

/** @param {StageState} stage @param {string[]} args @param {Record<string, string>} env */
function start(stage, args, env = {}) {
  const [command = "", ...rest] = chrootCommand(stage, stage.user, [...stage.entrypoint, ...args], {
    HOME: "/nonexistent",
    ...env,
  });
  return spawnSync(command, rest, { encoding: "utf8", timeout: 60_000 });
}

/** @param {boolean} holds @param {string} claim @param {unknown} seen */
function expect(holds, claim, seen) {
  if (!holds) throw new Error(`not true: ${claim}\n${JSON.stringify(seen, null, 2)}`);
  console.log(`true: ${claim}`);
}

/** @param {StageState} image */
function check(image) {
  const help = start(image, ["--help"]);
  expect(help.status === 0 && help.stdout.includes("serve"), "--help answers", help);
  const bare = start(image, ["serve"]);
  expect(
    bare.status === 78 && bare.stderr.includes("LADDERLOCK_URL"),
    "without settings it exits with 78 and names them",
    bare,
  );
  const [command = "", ...who] = chrootCommand(image, image.user, [
    "sh",
    "-c",
    "id -u; ffmpeg -hide_banner -encoders | grep -c -E 'libx264 |aac '; touch /app/x 2>&1; touch $WORK_DIR/x && echo writable",
  ]);
  const inside = spawnSync(command, who, { encoding: "utf8" });
  const lines = inside.stdout.trim().split("\n");
  expect(lines[0] === "10001", "it runs as nobody's root", lines);
  expect(Number(lines[1]) >= 2, "ffmpeg has libx264 and aac", lines);
  expect(
    lines[2]?.includes("denied") === true && lines[3] === "writable",
    "it can write its work directory and nothing of the application",
    lines,
  );
  expect(!existsSync(join(image.root, "app/node_modules/wrangler")), "development dependencies stay out", null);
}

/**
 * The base image of a FROM, with the ARGs before it, which must be what the root here stands for.
 *
 * @param {string} from
 * @param {ReadonlyMap<string, string>} args
 */
function checkBase(from, args) {
  const image = from.replaceAll(/\$\{(\w+)\}/g, (_, name) => args.get(name) ?? "");
  const [, node, suite] = /^node:(\d+)-(\w+)-slim(?:@sha256:[0-9a-f]{64})?$/.exec(image) ?? [];
  const running = process.versions.node.split(".")[0];
  expect(node === running && suite === values.suite, `${image} is Node ${running} on Debian ${values.suite}`, image);
}

try {
  const { args, stages } = readDockerfile(readFileSync(join(project, "Dockerfile"), "utf8"));
  const built = /** @type {Map<string, StageState>} */ (new Map());
  const names = /** @type {Map<string, string>} */ (new Map());
  for (const stage of stages) {
    checkBase(stage.from, args);
    build(stage, built, names);
  }
  const image = [...built.values()].at(-1);
  if (image === undefined) throw new Error("the Dockerfile has no stage");
  check(image);
  layers.forgetOthers();
  console.log("The Dockerfile's steps make an image that runs.");
} finally {
  if (values.keep) console.log(`kept: ${layers.place}`);
  else layers.close();
}
