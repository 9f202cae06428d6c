import { spawnSync } from "node:child_process";

/** @param {string} command @param {string[]} args */
export function runCommand(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error !== undefined || status !== 0)
    throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? `exit code ${status}`}`);
}

/** @param {string} command @param {string[]} args */
export function outputOf(command, args) {
  return spawnSync(command, args, { encoding: "utf8" }).stdout.trim();
}
