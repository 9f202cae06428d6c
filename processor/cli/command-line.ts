import { CommanderError, Option, Command as Program } from "commander";
import { JOB_KINDS, JOB_STATES, type JobKind, type JobState } from "../../shared/domain/transcode-job.ts";
import { detailsText } from "./help.ts";
import type { ImportOptions } from "./import.ts";
import type { JobsCommand } from "./jobs.ts";
import type { RewrapOptions } from "./rewrap.ts";
import { addRotateCommands, optionText, type TypedRotation } from "./rotate-command-line.ts";
import type { ForgetOptions } from "./viewers.ts";

/** What was typed. */
export type Command =
  | { readonly name: "help"; readonly text: string }
  /** `problem` ends with a line break; it is the usage where nothing was typed. */
  | { readonly name: "wrong"; readonly problem: string }
  | { readonly name: "serve" }
  | { readonly name: "run"; readonly jobId: string | null }
  | { readonly name: "gc"; readonly dryRun: boolean; readonly json: boolean }
  | ({ readonly name: "import" } & ImportOptions)
  | ({ readonly name: "rewrap" } & RewrapOptions)
  | ({ readonly name: "forget-viewer" } & ForgetOptions)
  | TypedRotation
  | { readonly name: "jobs"; readonly command: JobsCommand; readonly json: boolean };

/** A mistake never starts anything: unknown options, options of another command and extra arguments are refused. */
export function parseCommand(args: readonly string[]): Command {
  const typed: { command?: Command } = {};
  let printed = "";
  const print = (text: string) => {
    printed += text;
  };
  const program = createProgram(print, (command) => {
    typed.command = command;
  });
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.code === "commander.helpDisplayed" || (error.code === "commander.help" && error.exitCode === 0)
      ? { name: "help", text: printed }
      : { name: "wrong", problem: printed };
  }
  if (typed.command === undefined) throw new Error(`No command was recognized in: ${args.join(" ")}`);
  return typed.command;
}

function createProgram(print: (text: string) => void, done: (command: Command) => void): Program {
  const program = new Program("node processor/main.ts")
    // Subcommands inherit these, so they come first.
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: print, getOutHelpWidth: () => 110, getErrHelpWidth: () => 110 })
    .showHelpAfterError("Run with --help to see the usage.")
    .enablePositionalOptions()
    .addHelpText("after", () => detailsText());
  addProcessorCommands(program, done);
  addJobsCommands(program, done);
  addRotateCommands(program, done);
  addViewersCommands(program, done);
  return program;
}

type Flags = { readonly json?: boolean; readonly dryRun?: boolean };

function addProcessorCommands(program: Program, done: (command: Command) => void): void {
  program
    .command("serve")
    .description("claim and run jobs until SIGTERM or SIGINT")
    .action(() => done({ name: "serve" }));
  program
    .command("run [jobId]")
    .description("run one job (or VIDEO_JOB_ID) and exit")
    .action((jobId: string | undefined) => done({ name: "run", jobId: jobId ?? null }));
  jsonAnd(program.command("gc"), "list what would be deleted, and delete nothing")
    .description("delete stored objects that nothing refers to")
    .action(({ dryRun, json }: Flags) => done({ name: "gc", dryRun: dryRun === true, json: json === true }));
  jsonAnd(program.command("import <manifest>"), "check the content, and import nothing")
    .description("import content that has one key for all qualities, as a JSON manifest describes it")
    .action((manifestPath: string, { dryRun, json }: Flags) =>
      done({ name: "import", manifestPath, dryRun: dryRun === true, json: json === true }),
    );
  jsonAnd(program.command("rewrap"), "count the keys, and change nothing")
    .description("re-wrap all content keys under the first of KEY_ENCRYPTION_KEYS")
    .action(({ dryRun, json }: Flags) => done({ name: "rewrap", dryRun: dryRun === true, json: json === true }));
}

function addViewersCommands(program: Program, done: (command: Command) => void): void {
  program
    .command("viewers")
    .description("remove what is known about a viewer")
    .command("forget <viewer>")
    .description("remove a viewer from the audit log, by the name that its site or issuer gives it")
    .option("--json", "print JSON")
    .action((viewer: string, { json }: Flags) => done({ name: "forget-viewer", viewer, json: json === true }));
}

function addJobsCommands(program: Program, done: (command: Command) => void): void {
  const jobs = program.command("jobs").description("list, show, retry and cancel jobs");
  const add = (usage: string, description: string) =>
    jobs.command(usage).description(description).option("--json", "print JSON");
  add("list", "list the newest jobs")
    .addOption(new Option("--state <state>", "only jobs in this state").choices(JOB_STATES))
    .addOption(new Option("--kind <kind>", "only jobs of this kind").choices(JOB_KINDS))
    .option("--post <videoPostId>", "only jobs of this post", optionText)
    .action(({ json, state, kind, post }: Flags & { state?: JobState; kind?: JobKind; post?: string }) =>
      done({
        name: "jobs",
        json: json === true,
        command: { verb: "list", filter: { state, kind, videoPostId: post } },
      }),
    );
  const ofOneJob = {
    show: "show one job",
    retry: "queue a FAILED job again with all its attempts, or a new job for a CANCELLED one",
    cancel: "cancel one job",
  } as const;
  for (const verb of ["show", "retry", "cancel"] as const) {
    add(`${verb} <jobId>`, ofOneJob[verb]).action((jobId: string, { json }: Flags) =>
      done({ name: "jobs", json: json === true, command: { verb, jobId } }),
    );
  }
}

function jsonAnd(command: Program, dryRun: string): Program {
  return command.option("--dry-run", dryRun).option("--json", "print JSON");
}
