import { CommanderError, Command as Program } from "commander";
import type { ConnectionFlags } from "./connection/connection.ts";
import { addCaptionCommands, type CaptionCommand } from "./definitions/caption-commands.ts";
import { addChapterCommands, type ChapterCommand } from "./definitions/chapter-commands.ts";
import { addConnectionOptions } from "./definitions/connection-options.ts";
import { addDatabaseCommands, type DatabaseCommand } from "./definitions/database-commands.ts";
import { addOperatorCommands, type OperatorCommand } from "./definitions/operator-commands.ts";
import { addProcessorCommands, type ProcessorCommand } from "./definitions/processor-commands.ts";
import { addSetupCommands, type SetupCommand } from "./definitions/setup-commands.ts";
import { addVideoCommands, type VideoCommand } from "./definitions/video-commands.ts";
import { exitCodeText } from "./exit-meanings.ts";

/** What was typed. */
export type Command =
  /** Help, or the version. */
  | { readonly name: "text"; readonly text: string }
  /** `problem` ends with a line break; it is the usage where nothing was typed. */
  | { readonly name: "wrong"; readonly problem: string }
  | VideoCommand
  | CaptionCommand
  | ChapterCommand
  | ProcessorCommand
  | OperatorCommand
  | SetupCommand
  | DatabaseCommand;

export type Typed = { readonly command: Command; readonly connection: ConnectionFlags };

const PRINTED = ["commander.helpDisplayed", "commander.version"];

/** A mistake never starts anything: unknown options, options of another command and extra arguments are refused. */
export function parseCommand(args: readonly string[], version = ""): Typed {
  const typed: { command?: Command; connection: ConnectionFlags } = { connection: {} };
  let printed = "";
  const print = (text: string) => {
    printed += text;
  };
  const done = (command: Command) => {
    typed.command = command;
  };
  const program = createProgram(version, { print, done });
  program.hook("preAction", (_, action) => {
    const { server, apiKey, config } = action.opts();
    typed.connection = { server, apiKey, config };
  });
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const isAnswer = PRINTED.includes(error.code) || (error.code === "commander.help" && error.exitCode === 0);
    const command = isAnswer
      ? ({ name: "text", text: printed } as const)
      : ({ name: "wrong", problem: printed } as const);
    return { command, connection: {} };
  }
  if (typed.command === undefined) throw new Error(`No command was recognized in: ${args.join(" ")}`);
  return { command: typed.command, connection: typed.connection };
}

type Actions = { readonly print: (text: string) => void; readonly done: (command: Command) => void };

/** Every command, as the help, the completion and docs/command-line.md describe it. */
export function createProgram(version: string, { print, done }: Actions): Program {
  const program = new Program("ladderlock")
    .description("HLS video on your own Cloudflare account, where every quality has its own key")
    // Subcommands inherit these, so they come first.
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: print, getOutHelpWidth: () => 110, getErrHelpWidth: () => 110 })
    .showHelpAfterError("Run with --help to see the usage.")
    .enablePositionalOptions()
    .helpCommand(false)
    .version(version, "-V, --version", "print the version")
    .addHelpText("after", () => exitCodeText());
  program.commandsGroup("Make videos:");
  addVideoCommands(program, done);
  addCaptionCommands(program, done);
  addChapterCommands(program, done);
  program.commandsGroup("Set up:");
  addSetupCommands(program, done);
  program.commandsGroup("Operate:");
  addOperatorCommands(program, done);
  program.commandsGroup("Run a processor (settings in the environment):");
  addProcessorCommands(program, done);
  program.commandsGroup("Manage a database:");
  addDatabaseCommands(program, done);
  addConnectionOptions(program);
  return program;
}
