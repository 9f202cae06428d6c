import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { findOnPath, lastLines, runCommand } from "./command.mjs";
import { step } from "./step.mjs";

// Hundreds of megabytes that no program of ours opens.
const UNUSED = ["usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/icons", "usr/share/help"];

/**
 * Unpacks Debian packages, with everything they need and the machine lacks, into a folder of ours: apt-get with its
 * own state finds and downloads, `dpkg -x` unpacks, and nothing outside the folder is touched, so no root is needed.
 *
 * @param {{ folder: string, name: string, packages: readonly string[] }} wanted `folder` takes apt's state and, below
 *   `name`, the unpacked packages
 * @returns {Promise<{ root: string | null, reason: string }>} root: where usr/ is
 */
export async function unpackDebianPackages({ folder, name, packages }) {
  if (findOnPath("apt-get") === null || findOnPath("dpkg") === null) return { root: null, reason: "this is no Debian" };
  const root = join(folder, name);
  if (existsSync(join(root, "complete"))) return { root, reason: "" };
  const title = `Unpacking ${name} and its libraries from Debian (no root here)`;
  const reason = await step(
    title,
    () => downloadAndUnpack(folder, packages, root),
    (refusal) => refusal === null,
  );
  return reason === null ? { root, reason: "" } : { root: null, reason };
}

/**
 * @param {string} folder
 * @param {readonly string[]} packages
 * @param {string} root
 * @returns {Promise<string | null>} why it did not work
 */
async function downloadAndUnpack(folder, packages, root) {
  const fetched = await downloadClosure(folder, packages);
  if (!fetched.ok) return `apt-get could not download ${packages.join(" ")}: ${lastLines(fetched, 3)}`;
  const refusal = await unpackAll(join(folder, "cache/archives"), root);
  if (refusal !== null) return refusal;
  for (const unused of UNUSED) rmSync(join(root, unused), { recursive: true, force: true });
  rmSync(join(folder, "cache"), { recursive: true });
  writeFileSync(join(root, "complete"), "");
  return null;
}

/**
 * @param {string} folder
 * @param {readonly string[]} packages
 */
async function downloadClosure(folder, packages) {
  for (const path of ["state/lists/partial", "cache/archives/partial"]) {
    mkdirSync(join(folder, path), { recursive: true });
  }
  const settings = [
    `Dir::State=${join(folder, "state")}`,
    // What is installed is the machine's own knowledge: only the rest is downloaded.
    "Dir::State::status=/var/lib/dpkg/status",
    `Dir::Cache=${join(folder, "cache")}`,
    "Debug::NoLocking=1",
    // Some images delete archives as soon as they are there.
    "APT::Keep-Downloaded-Packages=true",
  ];
  const options = ["-q", ...settings.flatMap((setting) => ["-o", setting])];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // Fails where a hook of the system's wants root, after the lists are there: the download shows whether it worked.
  await runCommand("apt-get", [...options, "update"], { env });
  const install = ["install", "--download-only", "-y", "--no-install-recommends", "--reinstall", ...packages];
  return runCommand("apt-get", [...options, ...install], { env });
}

/**
 * @param {string} archives
 * @param {string} root
 * @returns {Promise<string | null>} why it did not work
 */
async function unpackAll(archives, root) {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  for (const file of readdirSync(archives).filter((entry) => entry.endsWith(".deb"))) {
    // The dynamic linker of the machine fits only the C library of the machine.
    const unpacked = /^libc(6|-bin)_/.test(file) ? null : await runCommand("dpkg", ["-x", join(archives, file), root]);
    if (unpacked !== null && !unpacked.ok) return `dpkg could not unpack ${file}: ${lastLines(unpacked, 3)}`;
    rmSync(join(archives, file));
  }
  return null;
}

/**
 * Writes a script that runs an unpacked program with its unpacked libraries. It finds them from its own place, so the
 * project's folder may move, and uses nothing from PATH, because the processor runs ffmpeg with hardly an environment.
 *
 * @param {{ root: string, program: string, script: string, environment?: Record<string, string> }} wanted `program` is
 *   relative to root; the values of `environment` are shell text, in which $root is the folder
 * @returns {string} path of the script
 */
export function writeWrapper({ root, program, script, environment = {} }) {
  const libraries = libraryFolders(root).map((folder) => `$root/${folder}`);
  const text = [
    "#!/bin/sh",
    `root=\${0%/*}/${relative(join(script, ".."), root)}`,
    `LD_LIBRARY_PATH=${libraries.join(":")}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}`,
    `FONTCONFIG_FILE=\${FONTCONFIG_FILE:-$root/fonts.conf}`,
    ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    `export ${["LD_LIBRARY_PATH", "FONTCONFIG_FILE", ...Object.keys(environment)].join(" ")}`,
    `exec "$root/${program}" "$@"`,
    "",
  ].join("\n");
  mkdirSync(join(script, ".."), { recursive: true });
  writeFileSync(script, text);
  chmodSync(script, 0o755);
  writeFileSync(join(root, "fonts.conf"), fontSettings(root));
  return script;
}

/**
 * The folders in which a program finds its libraries: those that the system's linker knows, and those that a package
 * would have registered while it was installed (blas, pulseaudio, nss).
 *
 * @param {string} root
 * @returns {string[]} relative to root
 */
export function libraryFolders(root) {
  const holdsLibraries = /** @type {Set<string>} */ (new Set());
  for (const start of ["usr/lib", "lib"]) {
    const options = /** @type {const} */ ({ recursive: true, withFileTypes: true });
    for (const entry of existsSync(join(root, start)) ? readdirSync(join(root, start), options) : []) {
      if (/^lib.*\.so(\.|$)/.test(entry.name)) holdsLibraries.add(relative(root, entry.parentPath));
      if (entry.name === "nss" && entry.isDirectory())
        holdsLibraries.add(relative(root, join(entry.parentPath, entry.name)));
    }
  }
  return [...holdsLibraries].sort((a, b) => a.split("/").length - b.split("/").length || (a < b ? -1 : 1));
}

/** @param {string} root */
function fontSettings(root) {
  const folders = [join(root, "usr/share/fonts"), "/usr/share/fonts", "/usr/local/share/fonts"];
  const lines = folders.map((folder) => `  <dir>${folder.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</dir>`);
  return [
    '<?xml version="1.0"?>',
    "<fontconfig>",
    ...lines,
    '  <cachedir prefix="xdg">fontconfig</cachedir>',
    "</fontconfig>",
    "",
  ].join("\n");
}
