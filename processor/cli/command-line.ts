import { type ParseArgsConfig, parseArgs } from "node:util";
import { JOB_KINDS, JOB_STATES } from "../../shared/domain/transcode-job.ts";
import type { ImportOptions } from "./import.ts";
import type { JobsCommand } from "./jobs.ts";
import type { RewrapOptions } from "./rewrap.ts";
import { parseRotate, type TypedRotation } from "./rotate-command-line.ts";

/** What was typed. */
export type Command =
  | { readonly name: "help" }
  | {
      readonly name: "wrong" /** Empty, or a line that says what is wrong, and an empty one. */;
      readonly problem: string;
    }
  | { readonly name: "serve" }
  | { readonly name: "run"; readonly jobId: string | null }
  | { readonly name: "gc"; readonly dryRun: boolean; readonly json: boolean }
  | ({ readonly name: "import" } & ImportOptions)
  | ({ readonly name: "rewrap" } & RewrapOptions)
  | TypedRotation
  | { readonly name: "jobs"; readonly command: JobsCommand; readonly json: boolean };

const FLAGS = {
  help: { type: "boolean", short: "h", default: false },
  json: { type: "boolean", default: false },
  "dry-run": { type: "boolean", default: false },
  state: { type: "string" },
  kind: { type: "string" },
  post: { type: "string" },
} as const satisfies ParseArgsConfig["options"];

type Flags = ReturnType<typeof parse>["values"];

/** Which flags go with which command; the others are a mistake, and a mistake must not start anything. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  serve: [],
  run: [],
  gc: ["json", "dry-run"],
  import: ["json", "dry-run"],
  rewrap: ["json", "dry-run"],
  "jobs list": ["json", "state", "kind", "post"],
  "jobs show": ["json"],
  "jobs retry": ["json"],
  "jobs cancel": ["json"],
};

export function parseCommand(args: readonly string[]): Command {
  if (args[0] === "rotate") return parseRotate(args.slice(1));
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  if (values.help) return { name: "help" };
  if (positionals.length === 0) return { name: "wrong", problem: "" };
  const name = positionals[0] === "jobs" ? `jobs ${positionals[1] ?? ""}`.trim() : (positionals[0] ?? "");
  const rest = positionals.slice(name.split(" ").length);
  const allowed = ALLOWED[name];
  if (allowed === undefined) return wrong(`Unknown command: ${args.join(" ")}`);
  const odd = Object.entries(values).find(([flag, value]) => value && !allowed.includes(flag));
  if (odd !== undefined) return wrong(`${name} takes no --${odd[0]}`);
  return commandOf(name, rest, values);
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: FLAGS, allowPositionals: true, strict: true });
}

function commandOf(name: string, rest: readonly string[], flags: Flags): Command {
  const [argument, ...more] = rest;
  const { json, state, kind, post } = flags;
  const takesOne = name === "run" || name === "import" || /^jobs (show|retry|cancel)$/.test(name);
  if (takesOne ? more.length > 0 : argument !== undefined) return wrong(`${name} has too many arguments`);
  switch (name) {
    case "serve":
      return { name };
    case "run":
      return { name, jobId: argument ?? null };
    case "import":
      if (argument === undefined) return wrong("import needs the path of a manifest");
      return { name, manifestPath: argument, dryRun: flags["dry-run"], json };
    case "gc":
      return { name, dryRun: flags["dry-run"], json };
    case "rewrap":
      return { name, dryRun: flags["dry-run"], json };
    case "jobs list":
      if (state !== undefined && !isOneOf(JOB_STATES, state))
        return wrong(`--state is one of ${JOB_STATES.join(", ")}`);
      if (kind !== undefined && !isOneOf(JOB_KINDS, kind)) return wrong(`--kind is one of ${JOB_KINDS.join(", ")}`);
      return { name: "jobs", json, command: { verb: "list", filter: { state, kind, videoPostId: post } } };
    default: {
      if (argument === undefined) return wrong(`${name} needs the id of a job`);
      const verb = name.slice("jobs ".length) as "show" | "retry" | "cancel";
      return { name: "jobs", json, command: { verb, jobId: argument } };
    }
  }
}

function isOneOf(values: readonly string[], value: string): boolean {
  return values.includes(value);
}

function wrong(problem: string): Command {
  return { name: "wrong", problem: `${problem}\n\n` };
}
