import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { UsageError } from "./settings.ts";

const HEADER = "# Secrets of the local Worker, made by npm start. Never commit this file.\n";

export type DevVars = Readonly<Record<string, string>>;

/**
 * The secrets in `.dev.vars`, from where wrangler reads them too. What is missing is generated and added; what is there
 * is kept, comments included. Only the owner may read the file.
 */
export function ensureDevVars(path: string, now: Date): DevVars {
  const text = existsSync(path) ? readFileSync(path, "utf8") : HEADER;
  const completed = completeDevVars(text, () => randomBytes(32), now);
  if (completed !== text || !existsSync(path)) writeFileSync(path, completed, { mode: 0o600 });
  chmodSync(path, 0o600);
  return parseDevVars(completed);
}

/** The text of a `.dev.vars` file with every variable that the local Worker needs. */
export function completeDevVars(text: string, randomKey: () => Buffer, now: Date): string {
  const present = parseDevVars(text);
  const keyId = `${now.toISOString().slice(0, 10)}a`;
  const wanted: Record<string, () => string> = {
    ADMIN_API_KEY: () => randomKey().toString("base64url"),
    PROCESSOR_TOKEN: () => randomKey().toString("base64url"),
    TOKEN_SIGNING_KEYS: () => `${keyId}:${randomKey().toString("base64url")}`,
    KEY_ENCRYPTION_KEYS: () => `${keyId}:${randomKey().toString("base64url")}`,
    VIEWER_ID_KEY: () => randomKey().toString("base64"),
    DEMO_VIEWERS: () => "enabled",
  };
  const missing = Object.entries(wanted).filter(([name]) => present[name] === undefined);
  const separator = text === "" || text.endsWith("\n") ? "" : "\n";
  return text + separator + missing.map(([name, make]) => `${name}="${make()}"\n`).join("");
}

/** Both are sent as bearer tokens (RFC 6750 2.1): with other characters no request of theirs is ever accepted. */
const BEARER_SECRETS = ["ADMIN_API_KEY", "PROCESSOR_TOKEN"];

/** Throws UsageError where the Worker would not start with these, with the names and never the values. */
export function requireUsableSecrets(vars: DevVars): void {
  const unusable = BEARER_SECRETS.filter((name) => !/^[A-Za-z0-9._~+/=-]{32,}$/.test(vars[name] ?? ""));
  if (unusable.length === 0) return;
  const needed = "at least 32 letters, digits or . _ ~ + / = - are needed";
  throw new UsageError(
    `.dev.vars: ${unusable.join(" and ")} cannot be used: ${needed}. Remove the line to have a new one generated.`,
  );
}

/** Reads `NAME=value` lines by the rules of dotenv, which wrangler follows as well. */
export function parseDevVars(text: string): DevVars {
  return parseEnv(text) as DevVars;
}
