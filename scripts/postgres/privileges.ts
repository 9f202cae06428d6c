import { spawnSync } from "node:child_process";
import { chownSync, constants, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { UsageError } from "../dev/settings.ts";

/** What stands before the command of a program of Postgres, which refuses to run as root. */
export type Privileges = {
  readonly prefix: readonly string[];
  /** Gives a file to the user that the program runs as. */
  readonly own: (path: string) => void;
};

/** Its initdb needs a user that has a name, and every system has this one. */
const NOBODY = 65_534;

/** In a user namespace Postgres sees another user, and every file still belongs to ours. */
const NAMESPACE = ["unshare", "--user", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
/** Where namespaces are refused, as in Docker. The program and its data must be in reach of that user. */
const UNPRIVILEGED = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];

/** `program` is tried with `--version`; `data` is the folder that will hold the data. Throws UsageError. */
export function privilegesFor(program: string, data: string): Privileges {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && hasName()) return { prefix: [], own: () => {} };
  if (runs(NAMESPACE, program)) return { prefix: NAMESPACE, own: () => {} };
  if (!isRoot) {
    throw new UsageError(
      `Postgres needs a user with a name, and the user ${process.getuid?.()} has none.\n` +
        "Add it to /etc/passwd, or run this command as another user.",
    );
  }
  const closed = [program, data].flatMap((path) => closedFolder(path) ?? [])[0];
  if (closed === undefined && runs(UNPRIVILEGED, program)) {
    return { prefix: UNPRIVILEGED, own: (path) => chownSync(path, NOBODY, NOBODY) };
  }
  const reason = closed === undefined ? "" : ` Another user cannot enter ${closed}.`;
  throw new UsageError(
    `Postgres refuses to run as root, and this machine permits no user namespace.${reason}\n` +
      "Run this command as an ordinary user, in a folder of that user.",
  );
}

function hasName(): boolean {
  try {
    return userInfo().username !== "";
  } catch {
    return false;
  }
}

function runs(prefix: readonly string[], program: string): boolean {
  const [command = "", ...args] = [...prefix, program, "--version"];
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** The first folder above `path` that only its owner and group may enter. */
function closedFolder(path: string): string | null {
  const parent = dirname(path);
  if (parent === path) return null;
  const above = closedFolder(parent);
  if (above !== null) return above;
  return (statSync(parent, { throwIfNoEntry: false })?.mode ?? 1) & constants.S_IXOTH ? null : parent;
}
