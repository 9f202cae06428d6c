import { type ParseArgsConfig, parseArgs } from "node:util";
import { type RotationRequest, rotationRequestSchema } from "../../shared/application/rotation-protocol.ts";
import { ROTATION_ITEM_STATES, type RotationItemState } from "../../shared/domain/rotation-batch.ts";
import type { Steering } from "../adapters/rotation-client.ts";

export type RotateCommand =
  | { readonly verb: "begin"; readonly request: RotationRequest; readonly watch: boolean }
  | { readonly verb: "preview"; readonly request: RotationRequest }
  | { readonly verb: "list" }
  | { readonly verb: "show" | "watch" | "retry-failed" | Steering; readonly batchId: string }
  | { readonly verb: "report"; readonly batchId: string; readonly state: RotationItemState | undefined };

/** What was typed after `rotate`. */
export type TypedRotation =
  | { readonly name: "rotate"; readonly command: RotateCommand; readonly json: boolean }
  | { readonly name: "help" }
  /** A line that says what is wrong, and an empty one. */
  | { readonly name: "wrong"; readonly problem: string };

/** Flags that say which parts, with the field of the request that each becomes. */
const SELECTION = {
  post: "videoPostId",
  file: "fileIndex",
  status: "status",
  author: "authorId",
  type: "resourceType",
  "created-from": "createdFrom",
  "created-before": "createdBefore",
  "version-below": "keyVersionBelow",
  "keys-before": "keysCreatedBefore",
  kek: "kekId",
} as const;

const NUMBERS = ["file", "version-below"];
const TIMES = ["created-from", "created-before", "keys-before"];

const FLAGS = {
  help: { type: "boolean", short: "h" },
  json: { type: "boolean" },
  "dry-run": { type: "boolean" },
  watch: { type: "boolean" },
  all: { type: "boolean" },
  state: { type: "string" },
  "in-flight": { type: "string" },
  grace: { type: "string" },
  post: { type: "string" },
  file: { type: "string" },
  status: { type: "string" },
  author: { type: "string" },
  type: { type: "string" },
  "created-from": { type: "string" },
  "created-before": { type: "string" },
  "version-below": { type: "string" },
  "keys-before": { type: "string" },
  kek: { type: "string" },
} as const satisfies ParseArgsConfig["options"];

type Flags = ReturnType<typeof parse>["values"];

export function parseRotate(args: readonly string[]): TypedRotation {
  try {
    const { values, positionals } = parse(args);
    if (values.help === true) return { name: "help" };
    const command = positionals.length === 0 ? beginning(values) : byVerb(positionals, values);
    return { name: "rotate", command, json: values.json === true };
  } catch (error) {
    return { name: "wrong", problem: `${error instanceof Error ? error.message : error}\n\n` };
  }
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: FLAGS, allowPositionals: true, strict: true });
}

function byVerb([verb = "", batchId, ...more]: readonly string[], flags: Flags): RotateCommand {
  refuseOthers(flags, verb === "report" ? ["json", "state"] : ["json"], `rotate ${verb}`);
  if (more.length > 0 || (verb === "list" && batchId !== undefined)) {
    throw new Error(`rotate ${verb} has too many arguments`);
  }
  if (verb === "list") return { verb };
  if (!isVerbOfBatch(verb)) throw new Error(`Unknown command: rotate ${verb}`);
  if (batchId === undefined) throw new Error(`rotate ${verb} needs the id of a batch`);
  return verb === "report" ? { verb, batchId, state: stateNamed(flags.state) } : { verb, batchId };
}

const VERBS_OF_BATCH = ["show", "watch", "report", "pause", "resume", "cancel", "retry-failed"] as const;

function isVerbOfBatch(verb: string): verb is (typeof VERBS_OF_BATCH)[number] {
  return (VERBS_OF_BATCH as readonly string[]).includes(verb);
}

function stateNamed(state: string | undefined): RotationItemState | undefined {
  const known = ROTATION_ITEM_STATES.find((each) => each === state);
  if (state !== undefined && known === undefined)
    throw new Error(`--state is one of ${ROTATION_ITEM_STATES.join(", ")}`);
  return known;
}

function beginning(flags: Flags): RotateCommand {
  refuseOthers(flags, ["json", "dry-run", "watch", "all", "in-flight", "grace", ...Object.keys(SELECTION)], "rotate");
  const selection = selectionOf(flags);
  const asked: Record<string, unknown> = {
    selection,
    ...(flags["in-flight"] === undefined ? {} : { maxInFlight: wholeNumber(flags["in-flight"]) }),
    ...(flags.grace === undefined ? {} : { graceSeconds: wholeNumber(flags.grace) }),
  };
  const parsed = rotationRequestSchema.safeParse(asked);
  if (!parsed.success)
    throw new Error(parsed.error.issues.map(({ path, message }) => problemOf(path, message)).join("; "));
  const request = asked as RotationRequest;
  if (flags["dry-run"] !== true) return { verb: "begin", request, watch: flags.watch === true };
  if (flags.watch === true) throw new Error("a dry run has nothing to watch");
  return { verb: "preview", request };
}

/** Exactly one way of saying it: everything is never what is meant by nothing. */
function selectionOf(flags: Flags): Record<string, unknown> {
  const said = Object.entries(SELECTION).flatMap(([flag, field]) => {
    const value = flags[flag as keyof typeof SELECTION];
    return value === undefined ? [] : [[field, meant(flag, value)] as const];
  });
  if (flags.all === true && said.length > 0) throw new Error("--all stands alone: everything is everything");
  if (flags.all === true) return { everything: true };
  if (said.length > 0) return Object.fromEntries(said);
  throw new Error("rotate needs to know what: --all, --post <videoPostId>, or what else there is to choose by");
}

function meant(flag: string, value: string): string | number {
  if (NUMBERS.includes(flag)) return wholeNumber(value);
  if (!TIMES.includes(flag)) return value;
  const time = Date.parse(value);
  if (Number.isNaN(time)) throw new Error(`--${flag} is a date, such as 2026-01-31 or 2026-01-31T12:00:00Z`);
  return new Date(time).toISOString();
}

/** NaN for anything else, which the schema refuses: an empty text, above all, is no 0. */
function wholeNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** The API says which field is wrong, a person has typed a flag. */
function problemOf(path: readonly PropertyKey[], message: string): string {
  const field = String(path.at(-1) ?? "");
  const flag = Object.entries(SELECTION).find(([, name]) => name === field)?.[0];
  const other: Record<string, string> = { maxInFlight: "in-flight", graceSeconds: "grace", fileIndex: "file" };
  return `--${flag ?? other[field] ?? field}: ${message}`;
}

/** A flag that does nothing here is a mistake, and a mistake must not start anything. */
function refuseOthers(flags: Flags, allowed: readonly string[], name: string): void {
  const odd = Object.entries(flags).find(([flag, value]) => value !== undefined && !allowed.includes(flag));
  if (odd !== undefined) throw new Error(`${name} takes no --${odd[0]}`);
}
