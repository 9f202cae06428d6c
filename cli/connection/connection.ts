import type { ConfigOutcome, Environment, OperatorConfig } from "../../processor/config/config.ts";
import { type ConfigFile, defaultConfigPath, readConfigFile } from "./config-file.ts";

/** What was typed. */
export type ConnectionFlags = {
  readonly server?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly config?: string | undefined;
};

/** A deployment, and the API key for it where there is one. */
export type Connection = { readonly serviceUrl: string; readonly adminApiKey: string | null };

/** Flags come before the environment, and the environment before the file. */
export function readConnection(
  flags: ConnectionFlags,
  environment: Environment,
  platform: NodeJS.Platform,
): ConfigOutcome<Connection> {
  const file = readConfigFile(configPath(flags, environment), platform);
  const server = flags.server ?? (environment.LADDERLOCK_URL?.trim() || undefined);
  const key =
    flags.apiKey ?? (environment.LADDERLOCK_API_KEY?.trim() || environment.ADMIN_API_KEY?.trim() || undefined);
  const isNamed = flags.config !== undefined || Boolean(environment.LADDERLOCK_CONFIG);
  const problems = [
    ...(file.kind === "wrong" && (server === undefined || key === undefined) ? [`${file.path} ${file.problem}`] : []),
    ...(file.kind === "absent" && isNamed ? [`${configPath(flags, environment)} does not exist`] : []),
    ...(server !== undefined && !isHttpUrl(server) ? [`${server} is not an http or https address`] : []),
  ];
  if (problems.length > 0) return { kind: "invalid", problems };
  const serviceUrl = server ?? (file.kind === "read" ? file.stored.server : undefined);
  if (serviceUrl === undefined) {
    return {
      kind: "invalid",
      problems: ["No server is known: run ladderlock login, set LADDERLOCK_URL, or add --server"],
    };
  }
  const adminApiKey = key ?? keyFor(serviceUrl, file);
  return { kind: "valid", config: { serviceUrl: serviceUrl.replace(/\/+$/, ""), adminApiKey } };
}

/** The connection of a command that cannot work without a key. */
export function readOperatorConnection(
  flags: ConnectionFlags,
  environment: Environment,
  platform: NodeJS.Platform,
): ConfigOutcome<OperatorConfig> {
  const read = readConnection(flags, environment, platform);
  if (read.kind === "invalid") return read;
  const { serviceUrl, adminApiKey } = read.config;
  if (adminApiKey !== null) return { kind: "valid", config: { serviceUrl, adminApiKey } };
  const problem = `No API key for ${serviceUrl} is known: run ladderlock login, set LADDERLOCK_API_KEY, or add --api-key`;
  return { kind: "invalid", problems: [problem] };
}

export function configPath({ config }: ConnectionFlags, environment: Environment): string {
  return config ?? (environment.LADDERLOCK_CONFIG || defaultConfigPath(environment));
}

/** A stored key goes to the server that it was stored for, and to no other. */
function keyFor(serviceUrl: string, file: ConfigFile): string | null {
  if (file.kind !== "read") return null;
  return new URL(file.stored.server).origin === new URL(serviceUrl).origin ? file.stored.apiKey : null;
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
