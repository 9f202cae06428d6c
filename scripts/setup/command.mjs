import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/**
 * @typedef {object} CommandResult
 * @property {boolean} ok the command ran and ended with 0
 * @property {number | null} code
 * @property {string} stdout
 * @property {string} stderr also says why a command could not be started, or that its time was up
 */

/**
 * Runs a command to its end and collects what it says. Never throws, never asks: standard input is closed.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options]
 * @returns {Promise<CommandResult>}
 */
export function runCommand(command, args, { cwd, env = process.env, timeoutMs } = {}) {
  return new Promise((settle) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.on("error", (error) => settle({ ok: false, code: null, stdout, stderr: stderr + error.message }));
    child.on("close", (code, signal) => {
      const ending = signal === null ? "" : `\nended by ${signal}`;
      settle({ ok: code === 0, code, stdout, stderr: stderr + ending });
    });
  });
}

/** @param {CommandResult} result */
export function endedWell(result) {
  return result.ok;
}

/** @param {string} path */
export function isExecutableFile(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * The first executable of that name in the directories of PATH.
 *
 * @param {string} name
 * @param {string} [searchPath]
 * @returns {string | null}
 */
export function findOnPath(name, searchPath = process.env.PATH ?? "") {
  for (const directory of searchPath.split(delimiter)) {
    const path = join(directory, name);
    if (directory !== "" && isExecutableFile(path)) return path;
  }
  return null;
}

/**
 * The program that an environment variable names, as a path or as a name on PATH; null if it names none.
 *
 * @param {string} variable
 * @returns {string | null}
 */
export function programNamedBy(variable) {
  const value = process.env[variable];
  if (value === undefined || value === "") return null;
  if (!value.includes("/")) return findOnPath(value) ?? value;
  // npm runs scripts in the project's folder; the user typed the path in theirs.
  return resolve(process.env.INIT_CWD ?? ".", value);
}

/**
 * The last lines that a failed command wrote: what a reader needs to see of it.
 *
 * @param {CommandResult} result
 * @param {number} [lines]
 */
export function lastLines(result, lines = 8) {
  const text = result.stderr.trim() === "" ? result.stdout : result.stderr;
  return text.trim().split("\n").slice(-lines).join("\n");
}
