import { Option, type Command as Program } from "commander";
import { type RotationRequest, rotationRequestSchema } from "../../shared/application/protocols/rotation-protocol.ts";
import { ROTATION_ITEM_STATES, type RotationItemState } from "../../shared/domain/rotation/rotation-batch.ts";
import { optionText, time, wholeNumber } from "./option-values.ts";

export type Steering = "pause" | "resume" | "cancel";

export type RotateCommand =
  | { readonly verb: "begin"; readonly request: RotationRequest; readonly watch: boolean }
  | { readonly verb: "preview"; readonly request: RotationRequest }
  | { readonly verb: "list" }
  | { readonly verb: "show" | "watch" | "retry-failed" | Steering; readonly batchId: string }
  | { readonly verb: "report"; readonly batchId: string; readonly state: RotationItemState | undefined };

/** What was typed after `rotate`. */
export type TypedRotation = { readonly name: "rotate"; readonly command: RotateCommand; readonly json: boolean };

type Flag = {
  /** The field of the request. */
  readonly field: string;
  readonly flags: string;
  readonly description: string;
  readonly parse?: (value: string) => string | number;
};

/** The options that select parts; all that are given must hold. */
const SELECTION: readonly Flag[] = [
  { field: "videoPostId", flags: "--post <videoPostId>", description: "the parts of this post" },
  { field: "fileIndex", flags: "--file <index>", description: "one part of the post, from 0", parse: wholeNumber },
  { field: "status", flags: "--status <status>", description: "posts with this status" },
  { field: "authorId", flags: "--author <authorId>", description: "posts of this author" },
  { field: "resourceType", flags: "--type <type>", description: "VIDEO or AUDIO" },
  { field: "createdFrom", flags: "--created-from <date>", description: "posts created at or after", parse: time },
  { field: "createdBefore", flags: "--created-before <date>", description: "posts created before", parse: time },
  {
    ...{ field: "keyVersionBelow", flags: "--version-below <version>" },
    ...{ description: "parts whose key version is lower", parse: wholeNumber },
  },
  {
    ...{ field: "keysCreatedBefore", flags: "--keys-before <date>" },
    ...{ description: "parts whose keys were created before", parse: time },
  },
  { field: "kekId", flags: "--kek <kekId>", description: "parts whose keys are wrapped under this key encryption key" },
];

const PACE: readonly Flag[] = [
  {
    ...{ field: "maxInFlight", flags: "--in-flight <parts>" },
    ...{ description: "parts to rotate at the same time", parse: wholeNumber },
  },
  {
    ...{ field: "graceSeconds", flags: "--grace <seconds>" },
    ...{ description: "how long the previous keys stay valid", parse: wholeNumber },
  },
];

const OF_BATCH = {
  show: "show one batch",
  watch: "show the progress of a batch until it ends",
  pause: "start no further rotation of a batch",
  resume: "continue a paused batch",
  cancel: "cancel what a batch has not started",
  "retry-failed": "try the failed parts of a batch again",
} as const;

type Values = Readonly<Record<string, unknown>> & { readonly json?: boolean };

/** `path` is what is typed before the options. `hidden` keeps a second name out of the help. */
export function addRotateCommands(
  program: Program,
  done: (command: TypedRotation) => void,
  { path, hidden = false }: { readonly path: string; readonly hidden?: boolean },
): void {
  const rotate = program
    .command("rotate", { hidden })
    .description("replace the keys of many parts (all selectors that are given must hold)")
    .usage(
      `--all | --post <videoPostId> [--file <index>] | <other selectors> [options]\n       ${path} <command> [options]`,
    )
    .enablePositionalOptions()
    .option("--all", "every part");
  for (const { flags, description, parse = optionText } of [...SELECTION, ...PACE])
    rotate.addOption(new Option(flags, description).argParser(parse));
  rotate
    .addOption(new Option("--dry-run", "show what would be rotated, and rotate nothing").conflicts("watch"))
    .option("--watch", "show the progress until the batch ends")
    .option("--json", "print JSON")
    .allowExcessArguments()
    .action((values: Values) => {
      if (rotate.args.length > 0) rotate.error(`error: unknown command 'rotate ${rotate.args[0]}'`);
      done({ name: "rotate", command: beginning(rotate, values), json: values.json === true });
    })
    .hook("preSubcommand", () => refuseOptionsBefore(rotate));
  addBatchCommands(rotate, done);
}

function addBatchCommands(rotate: Program, done: (command: TypedRotation) => void): void {
  const add = (usage: string, description: string) =>
    rotate.command(usage).description(description).option("--json", "print JSON").allowExcessArguments(false);
  add("list", "list the newest batches").action(({ json }: Values) =>
    done({ name: "rotate", command: { verb: "list" }, json: json === true }),
  );
  for (const verb of ["show", "watch", "pause", "resume", "cancel", "retry-failed"] as const) {
    add(`${verb} <batchId>`, OF_BATCH[verb]).action((batchId: string, { json }: Values) =>
      done({ name: "rotate", command: { verb, batchId }, json: json === true }),
    );
  }
  add("report <batchId>", "list the parts of a batch")
    .addOption(new Option("--state <state>", "only parts in this state").choices(ROTATION_ITEM_STATES))
    .action((batchId: string, { json, state }: Values & { state?: RotationItemState }) =>
      done({ name: "rotate", command: { verb: "report", batchId, state }, json: json === true }),
    );
}

/** Commander would drop them: `rotate --all show <batchId>` must not look as if --all had an effect. */
function refuseOptionsBefore(rotate: Program): void {
  const [name] = Object.keys(rotate.opts());
  const option = rotate.options.find((each) => each.attributeName() === name);
  if (option) rotate.error(`error: option '${option.long}' has no effect here; write options after the command`);
}

function beginning(rotate: Program, values: Values): RotateCommand {
  const request = { selection: selectionOf(rotate, values), ...given(PACE, values) };
  const parsed = rotationRequestSchema.safeParse(request);
  if (!parsed.success) {
    rotate.error(`error: ${parsed.error.issues.map(({ path, message }) => problemOf(path, message)).join("; ")}`);
  }
  const checked = request as RotationRequest;
  return values.dryRun === true
    ? { verb: "preview", request: checked }
    : { verb: "begin", request: checked, watch: values.watch === true };
}

/** Exactly one way to say it: an empty selection never means every part. */
function selectionOf(rotate: Program, values: Values): Record<string, unknown> {
  const selectors = given(SELECTION, values);
  const none = Object.keys(selectors).length === 0;
  if (values.all === true && !none) rotate.error("error: --all cannot be combined with other selectors");
  if (values.all === true) return { everything: true };
  if (none) {
    rotate.error(
      "error: rotate needs a selection: --all, --post <videoPostId>, or another selector (see rotate --help)",
    );
  }
  if (values.file !== undefined && values.post === undefined) rotate.error("error: --file needs --post <videoPostId>");
  return selectors;
}

/** The values that were typed, under the names of the request's fields. */
function given(flags: readonly Flag[], values: Values): Record<string, unknown> {
  const entries = flags.map((flag) => [flag.field, values[new Option(flag.flags).attributeName()]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The API names the field that is wrong; a person has typed an option. */
function problemOf(path: readonly PropertyKey[], message: string): string {
  const field = String(path.at(-1) ?? "");
  const flag = [...SELECTION, ...PACE].find((each) => each.field === field);
  return `${flag ? new Option(flag.flags).long : `--${field}`}: ${message}`;
}
