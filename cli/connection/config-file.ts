import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Environment } from "../../processor/config/config.ts";

const configSchema = z.strictObject({
  server: z.url({ protocol: /^https?$/ }),
  apiKey: z.string().min(1),
});

/** A server and the API key for it. */
export type StoredConnection = z.infer<typeof configSchema>;

export type ConfigFile =
  | { readonly kind: "absent" }
  | { readonly kind: "read"; readonly path: string; readonly stored: StoredConnection }
  /** `problem` completes "<path> ..." and says what to do. */
  | { readonly kind: "wrong"; readonly path: string; readonly problem: string };

/** Where the file is unless --config or LADDERLOCK_CONFIG names another (XDG Base Directory Specification). */
export function defaultConfigPath(environment: Environment): string {
  return join(environment.XDG_CONFIG_HOME || join(homedir(), ".config"), "ladderlock/config.json");
}

/** Permission bits of the group and of others. */
const FOR_OTHERS = 0o077;

export function readConfigFile(path: string, platform: NodeJS.Platform): ConfigFile {
  const wrong = (problem: string) => ({ kind: "wrong", path, problem }) as const;
  let text: string;
  try {
    // Windows has no such bits: access is inherited from the folder of the user.
    if (platform !== "win32" && (statSync(path).mode & FOR_OTHERS) !== 0) {
      return wrong(`holds an API key and can be read by others: run chmod 600 ${path}`);
    }
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? { kind: "absent" } : wrong(`cannot be read (${code})`);
  }
  const parsed = configSchema.safeParse(jsonIn(text));
  if (parsed.success) return { kind: "read", path, stored: parsed.data };
  return wrong('must be {"server": "https://...", "apiKey": "..."}: run ladderlock login');
}

/** Writes the file whole, readable by its owner alone. */
export function writeConfigFile(path: string, stored: StoredConnection): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.part`;
  try {
    writeFileSync(temporary, `${JSON.stringify(stored, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
