import { platform } from "node:os";
import { endedWell, findOnPath, lastLines, runCommand } from "./command.mjs";
import { step } from "./step.mjs";

// Another apt may be at work, as on a machine that has just booted.
const APT_LOCK_WAIT_S = 120;

let listsAreFresh = false;

/**
 * Installs packages with the system's own package manager where that is permitted without a question: apt-get as root
 * or through a sudo that asks nothing, Homebrew as its owner. LADDERLOCK_SYSTEM_PACKAGES=never forbids it.
 *
 * @param {string} title
 * @param {{ apt: readonly string[], brew: readonly string[] }} names
 * @returns {Promise<{ installed: boolean, reason: string }>}
 */
export async function installSystemPackages(title, names) {
  if (process.env.LADDERLOCK_SYSTEM_PACKAGES === "never") return refused("LADDERLOCK_SYSTEM_PACKAGES=never");
  if (findOnPath("apt-get") !== null) return installWithApt(title, names.apt);
  if (names.brew.length > 0 && findOnPath("brew") !== null) return installWithBrew(title, names.brew);
  return refused(`no apt-get${platform() === "darwin" ? " and no brew" : ""} on this machine`);
}

/**
 * @param {string} title
 * @param {readonly string[]} names
 */
async function installWithApt(title, names) {
  const privilege = await privilegePrefix();
  if (privilege === null) return refused("apt-get needs root, and sudo would ask for a password");
  const apt = (/** @type {string[]} */ ...args) => {
    const options = ["-q", "-o", `DPkg::Lock::Timeout=${APT_LOCK_WAIT_S}`];
    const [command = "env", ...rest] = [
      ...privilege,
      "env",
      "DEBIAN_FRONTEND=noninteractive",
      "apt-get",
      ...options,
      ...args,
    ];
    return runCommand(command, rest);
  };
  const installation = async () => {
    // A source that cannot be reached fails the update; the package may come from another one.
    if (!listsAreFresh) await apt("update");
    listsAreFresh = true;
    return apt("install", "-y", "--no-install-recommends", ...names);
  };
  const result = await step(`Installing ${title} with apt-get`, installation, endedWell);
  return result.ok
    ? { installed: true, reason: "" }
    : refused(`apt-get install ${names.join(" ")}: ${lastLines(result, 3)}`);
}

/** @returns {Promise<string[] | null>} what to put before a command that needs root; null where nothing helps */
async function privilegePrefix() {
  if (process.getuid?.() === 0) return [];
  const sudo = await runCommand("sudo", ["-n", "true"], { timeoutMs: 10_000 });
  return sudo.ok ? ["sudo", "-n"] : null;
}

/**
 * @param {string} title
 * @param {readonly string[]} names
 */
async function installWithBrew(title, names) {
  if (process.getuid?.() === 0) return refused("brew does not run as root");
  const env = { ...process.env, HOMEBREW_NO_AUTO_UPDATE: "1", HOMEBREW_NO_ANALYTICS: "1", NONINTERACTIVE: "1" };
  const result = await step(
    `Installing ${title} with brew`,
    () => runCommand("brew", ["install", ...names], { env }),
    endedWell,
  );
  return result.ok
    ? { installed: true, reason: "" }
    : refused(`brew install ${names.join(" ")}: ${lastLines(result, 3)}`);
}

/** @param {string} reason */
function refused(reason) {
  return { installed: false, reason };
}
