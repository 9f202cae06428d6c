import { findOnPath } from "./command.mjs";
import { installSystemPackages } from "./system-packages.mjs";

/**
 * What proves the Dockerfile needs debootstrap and root. Where root may install it, it is installed; elsewhere the proof is
 * named among what was not tried.
 */
export async function installDebootstrap() {
  if (process.getuid?.() !== 0 || findOnPath("debootstrap") !== null || findOnPath("apt-get") === null) return;
  const { installed, reason } = await installSystemPackages("debootstrap", { apt: ["debootstrap"], brew: [] });
  if (!installed) console.error(`debootstrap: ${reason}`);
}
