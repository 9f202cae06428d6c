// Proves the Dockerfile where there is no container engine: each of its steps is carried out in a plain Debian root
// (debootstrap), and the result must start as its user and name the settings that it needs. Needs root and debootstrap.
// The base image is not pulled: a root of its Debian release, with the Node that runs this script, takes its place.
//
//   node scripts/prove-dockerfile.mjs [--keep] [--suite bookworm]
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { keep: { type: "boolean", default: false }, suite: { type: "string", default: "bookworm" } },
});
const project = resolve(import.meta.dirname, "..");
const EXTRA_CERTIFICATES = "/etc/ssl/certs/extra.pem";
const place = mkdtempSync(join(tmpdir(), "ladderlock-image-"));

/**
 * @typedef {{ name: string, root: string, workdir: string, user: string, env: Record<string, string>, entrypoint: string[] }} Stage
 */

/** @param {string} text @returns {{ instruction: string, argument: string }[]} */
function parseDockerfile(text) {
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

/** @param {string} command @param {string[]} args */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error !== undefined || status !== 0)
    throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? `exit code ${status}`}`);
}

/** @param {string} command @param {string[]} args */
function output(command, args) {
  return spawnSync(command, args, { encoding: "utf8" }).stdout.trim();
}

/** A root like the base image's: Debian, Node, npm, and this machine's way to its package registries. */
function baseRoot() {
  const base = join(place, "base");
  run("debootstrap", ["--variant=minbase", values.suite, base]);
  copyFileSync(process.execPath, join(base, "usr/local/bin/node"));
  const npm = dirname(dirname(realpathSync(output("sh", ["-c", "command -v npm"]))));
  cpSync(npm, join(base, "usr/local/lib/node_modules/npm"), { recursive: true, dereference: true });
  run("chroot", [base, "ln", "-s", "../lib/node_modules/npm/bin/npm-cli.js", "/usr/local/bin/npm"]);
  const settings = [
    ["/etc/resolv.conf", "etc/resolv.conf"],
    ["/etc/apt/apt.conf.d", "etc/apt/apt.conf.d"],
    ["/etc/ssl/certs/ca-certificates.crt", "etc/ssl/certs/ca-certificates.crt"],
    [process.env.NODE_EXTRA_CA_CERTS ?? "", EXTRA_CERTIFICATES],
    [output("npm", ["config", "get", "userconfig"]), "root/.npmrc"],
    [output("npm", ["config", "get", "globalconfig"]), "usr/local/etc/npmrc"],
  ];
  for (const [file = "", target = ""] of settings) {
    if (!existsSync(file)) continue;
    mkdirSync(dirname(join(base, target)), { recursive: true });
    cpSync(file, join(base, target), { recursive: true, dereference: true });
  }
  return base;
}

/** @param {Stage} stage @param {string} user @param {string[]} command @param {Record<string, string>} [env] */
function chrootCommand(stage, user, command, env = {}) {
  const settings = Object.entries({
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: "/root",
    ...(process.env.NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS: EXTRA_CERTIFICATES }),
    ...stage.env,
    ...env,
  });
  const inside = [
    "env",
    "-i",
    ...settings.map(([name, value]) => `${name}=${value}`),
    "sh",
    "-c",
    'cd "$0" && exec "$@"',
    stage.workdir,
    ...command,
  ];
  return [
    "chroot",
    user === "root" ? stage.root : `--userspec=${user}`,
    ...(user === "root" ? [] : [stage.root]),
    ...inside,
  ];
}

/** @param {Stage} stage @param {string} argument @param {Map<string, Stage>} stages */
function copy(stage, argument, stages) {
  const words = argument.split(/\s+/);
  const from = words[0]?.startsWith("--from=") ? stages.get(words.shift()?.slice(7) ?? "") : null;
  const target = words.pop() ?? ".";
  for (const word of words) {
    const source = from ? join(from.root, word) : join(project, word);
    const into = join(stage.root, resolve(stage.workdir, target));
    const destination = target.endsWith("/") || words.length > 1 ? join(into, word.split("/").at(-1) ?? "") : into;
    mkdirSync(dirname(destination), { recursive: true });
    cpSync(source, destination, { recursive: true, filter: (path) => !/\.(test|fixture)\.ts$/.test(path) });
  }
}

/** @param {Stage} stage @param {Map<string, Stage>} stages @param {{ instruction: string, argument: string }} step */
function carryOut(stage, stages, { instruction, argument }) {
  console.log(`${stage.name}: ${instruction} ${argument}`);
  switch (instruction) {
    case "WORKDIR":
      stage.workdir = argument;
      mkdirSync(join(stage.root, argument), { recursive: true });
      break;
    case "RUN": {
      const [command = "", ...args] = chrootCommand(stage, stage.user, ["sh", "-ec", argument]);
      run(command, args);
      break;
    }
    case "COPY":
      copy(stage, argument, stages);
      break;
    case "ENV":
      for (const pair of argument.split(/\s+/)) {
        const [name = "", value = ""] = pair.split("=");
        stage.env[name] = value;
      }
      break;
    case "USER":
      stage.user = argument;
      break;
    case "ENTRYPOINT":
      stage.entrypoint = JSON.parse(argument);
      break;
    case "CMD":
      break;
    default:
      throw new Error(`this script does not know ${instruction}`);
  }
}

/** @param {Stage} stage @param {string[]} args @param {Record<string, string>} env */
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

/** @param {Stage} image */
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
 * @param {string} argument
 * @param {ReadonlyMap<string, string>} args
 */
function checkBase(argument, args) {
  const image = (argument.split(" ")[0] ?? "").replaceAll(/\$\{(\w+)\}/g, (_, name) => args.get(name) ?? "");
  const [, node, suite] = /^node:(\d+)-(\w+)-slim(?:@sha256:[0-9a-f]{64})?$/.exec(image) ?? [];
  const running = process.versions.node.split(".")[0];
  expect(node === running && suite === values.suite, `${image} is Node ${running} on Debian ${values.suite}`, image);
}

try {
  const base = baseRoot();
  /** @type {Map<string, string>} */
  const args = new Map();
  /** @type {Map<string, Stage>} */
  const stages = new Map();
  /** @type {Stage | null} */
  let stage = null;
  for (const step of parseDockerfile(readFileSync(join(project, "Dockerfile"), "utf8"))) {
    if (step.instruction === "ARG" && stage === null) {
      const [name = "", standard = ""] = step.argument.split("=");
      args.set(name, standard);
    } else if (step.instruction === "FROM") {
      checkBase(step.argument, args);
      const name = / AS (\S+)/i.exec(step.argument)?.[1] ?? "image";
      const root = join(place, name);
      run("cp", ["--archive", base, root]);
      stage = { name, root, workdir: "/", user: "root", env: {}, entrypoint: [] };
      stages.set(name, stage);
    } else if (stage !== null) carryOut(stage, stages, step);
  }
  if (stage === null) throw new Error("the Dockerfile has no stage");
  check(stage);
  console.log("The Dockerfile's steps make an image that runs.");
} finally {
  if (values.keep) console.log(`kept: ${place}`);
  else rmSync(place, { recursive: true, force: true });
}
