import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runOrThrow } from "../dev/run-program.ts";
import { UsageError } from "../dev/settings.ts";
import type { Privileges } from "./privileges.ts";

export const USER = "postgres";

const INITDB_FLAGS = [
  `--username=${USER}`,
  ...["--no-locale", "--encoding=UTF8", "--auth=scram-sha-256", "--no-instructions", "--no-sync"],
];

export type DataDirectory = { readonly path: string; readonly password: string };

export type DataOptions = {
  /** Holds the data, and the password in a file that only its owner may read. */
  readonly folder: string;
  readonly binaries: string;
  readonly major: number;
  readonly privileges: Privileges;
  readonly signal: AbortSignal;
};

/** The data directory in `folder`, made unless it is there. Throws UsageError if it is of another release. */
export async function ensureDataDirectory(options: DataOptions): Promise<DataDirectory> {
  const { folder, major } = options;
  const path = join(folder, "data");
  const passwordFile = join(folder, "password");
  if (!existsSync(path)) await createData(path, passwordFile, options);
  const found = readFileSync(join(path, "PG_VERSION"), "utf8").trim();
  if (found !== String(major)) {
    throw new UsageError(
      `The data in ${path} is of Postgres ${found}, and this is Postgres ${major}.\n` +
        "Delete that folder to begin with an empty database.",
    );
  }
  return { path, password: readFileSync(passwordFile, "utf8").trim() };
}

/** Under another name until it is whole: an interrupted initdb leaves half a directory. */
async function createData(path: string, passwordFile: string, options: DataOptions): Promise<void> {
  const { folder, binaries, privileges, signal } = options;
  mkdirSync(folder, { recursive: true });
  writeFileSync(passwordFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  chmodSync(passwordFile, 0o600);
  const draft = `${path}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  for (const one of [draft, passwordFile]) privileges.own(one);
  const [command = "", ...args] = [
    ...privileges.prefix,
    join(binaries, "initdb"),
    ...[`--pgdata=${draft}`, `--pwfile=${passwordFile}`, ...INITDB_FLAGS],
  ];
  await runOrThrow(command, args, { signal });
  renameSync(draft, path);
}
