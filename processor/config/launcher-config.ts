import { z } from "zod";
import {
  type ConfigOutcome,
  type Environment,
  type ProcessorConfig,
  readConfig,
  readEnvironment,
  schemaOf,
} from "./config.ts";
import { portOrNone } from "./parse-values.ts";
import { parsed, type Setting, text, wholeNumber } from "./setting.ts";

/** What `ladderlock launcher` needs; `processor` is what its runs read from the same environment. */
export type LauncherConfig = {
  readonly token: string;
  readonly host: string;
  readonly port: number;
  readonly maxProcesses: number;
  readonly processor: ProcessorConfig;
};

/** As the Worker takes its secrets. */
const TOKEN = /^[A-Za-z0-9._~+/=-]{32,}$/;
const TOKEN_MEANING = "the LOCAL_LAUNCHER_TOKEN of the Worker, at least 32 of A-Z a-z 0-9 . _ ~ + / = -";

export const LAUNCHER_SETTINGS = {
  LOCAL_LAUNCHER_TOKEN: {
    schema: z
      .string({ error: `is missing: set it to ${TOKEN_MEANING}` })
      .regex(TOKEN, { error: `must be ${TOKEN_MEANING}` }),
    ...{ meaning: TOKEN_MEANING, unit: null, preset: null, required: true },
  },
  LAUNCHER_HOST: text("127.0.0.1", "address that the launcher listens on; 0.0.0.0 in a container"),
  LAUNCHER_PORT: parsed(
    "8790",
    "must be a port from 1 to 65535 (default 8790)",
    { meaning: "port that the launcher listens on" },
    (value) => portOrNone(value) ?? undefined,
  ),
  LAUNCHER_MAX_PROCESSES: wholeNumber({
    ...{ preset: 1, from: 1, to: 256, unit: "processes" },
    meaning: "most runs at the same time; a launch beyond is refused",
  }),
} satisfies Record<string, Setting>;

const launcherSchema = schemaOf(LAUNCHER_SETTINGS);

/** The settings of the launcher and those of its runs: a run that could not work is never started. */
export function readLauncherConfig(environment: Environment): ConfigOutcome<LauncherConfig> {
  const own = readEnvironment(environment, launcherSchema, (env) => ({
    token: env.LOCAL_LAUNCHER_TOKEN,
    ...{ host: env.LAUNCHER_HOST, port: env.LAUNCHER_PORT, maxProcesses: env.LAUNCHER_MAX_PROCESSES },
  }));
  const processor = readConfig(environment);
  if (own.kind === "valid" && processor.kind === "valid") {
    return { kind: "valid", config: { ...own.config, processor: processor.config } };
  }
  const problems = [own, processor].flatMap((read) => (read.kind === "invalid" ? read.problems : []));
  return { kind: "invalid", problems };
}
