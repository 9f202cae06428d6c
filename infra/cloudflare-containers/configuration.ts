export type Configuration = {
  /** What the processor is started with, beside its job. */
  readonly processorSettings: Readonly<Record<string, string>>;
  /** Of the Worker of ladderlock. */
  readonly ladderlockHost: string;
  /** Hosts that every container may reach; `*.` at the beginning stands for any name below. */
  readonly hosts: readonly string[];
  readonly silenceSeconds: number;
  readonly stopSeconds: number;
};

/** What a container without polling, on the job API, cannot start without; test/launchers/cloudflare-containers compares. */
export const REQUIRED_SETTINGS = [
  "LADDERLOCK_URL",
  "PROCESSOR_TOKEN",
  "S3_ENDPOINT",
  "S3_ACCESS_KEY_ID",
  "S3_SECRET_ACCESS_KEY",
  "SOURCE_BUCKET",
  "PLAYBACK_BUCKET",
] as const;

/** Of this Worker; a processor does not have them. */
export const OWN_SETTINGS = ["SILENCE_SECONDS", "STOP_GRACE_SECONDS", "EGRESS_ALLOW_HOSTS"];

const HOST = /^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;

export type ReadConfiguration =
  | { readonly kind: "read"; readonly configuration: Configuration }
  | { readonly kind: "wrong"; readonly problems: readonly string[] };

/** All problems together, without values. */
export function readConfiguration(env: object): ReadConfiguration {
  const variables = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
  const problems: string[] = REQUIRED_SETTINGS.filter((name) => !variables[name]).map((name) => `${name} is missing`);
  if (variables.DATABASE_URL !== undefined) {
    problems.push("DATABASE_URL: a container here reaches HTTP only; remove it, so that jobs come from LADDERLOCK_URL");
  }
  const hostOf = (name: string) => {
    const url = URL.parse(variables[name] ?? "");
    if (variables[name] && url === null) problems.push(`${name} is no URL`);
    return url?.hostname ?? "";
  };
  const secondsOf = (name: string, preset: number) => {
    const text = variables[name] ?? String(preset);
    if (!/^[1-9]\d{0,5}$/.test(text)) problems.push(`${name} is no whole number of seconds`);
    return Number(text);
  };
  const more = (variables.EGRESS_ALLOW_HOSTS ?? "").split(",").map((host) => host.trim().toLowerCase());
  const added = more.filter((host) => host !== "");
  if (!added.every((host) => HOST.test(host))) problems.push("EGRESS_ALLOW_HOSTS: names of hosts with commas between");
  const ladderlockHost = hostOf("LADDERLOCK_URL");
  const hosts = [ladderlockHost, hostOf("S3_ENDPOINT"), ...added];
  const silenceSeconds = secondsOf("SILENCE_SECONDS", 600);
  const stopSeconds = secondsOf("STOP_GRACE_SECONDS", 60);
  if (problems.length > 0) return { kind: "wrong", problems };
  const settings = Object.entries(variables).filter(([name]) => !OWN_SETTINGS.includes(name));
  const processorSettings = Object.fromEntries(settings);
  return { kind: "read", configuration: { processorSettings, ladderlockHost, hosts, silenceSeconds, stopSeconds } };
}
