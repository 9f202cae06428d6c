import { Argument, type Command as Program } from "commander";
import { SHELLS, type Shell } from "../completion/shell-scripts.ts";
import { wholeNumber } from "./option-values.ts";

export type SetupCommand =
  | { readonly name: "doctor"; readonly json: boolean; readonly waitSeconds: number }
  | { readonly name: "login" }
  | { readonly name: "completion"; readonly shell: Shell }
  /** What the script of a shell asks for; the last word is the one under the cursor. */
  | { readonly name: "complete"; readonly words: readonly string[] };

/** Seconds within which a message passes through a queue: the consumers wait for up to 5 s to fill a batch. */
const QUEUE_WAIT_SECONDS = 30;

export function addSetupCommands(program: Program, done: (command: SetupCommand) => void): void {
  program
    .command("doctor")
    .description("check a deployment from outside, and from inside where the key has the scope `admin`")
    .option("--wait <seconds>", "how long a message may take through a queue", wholeNumber, QUEUE_WAIT_SECONDS)
    .option("--json", "print JSON")
    .action(({ json, wait }: { json?: boolean; wait: number }) =>
      done({ name: "doctor", json: json === true, waitSeconds: wait }),
    );
  program
    .command("login")
    .description("store a server and its API key in the configuration file; the key is read from the terminal or stdin")
    .action(() => done({ name: "login" }));
  program
    .command("completion")
    .description("print a script that completes commands and options in a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .action((shell: Shell) => done({ name: "completion", shell }));
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .allowUnknownOption()
    .action((words: string[]) => done({ name: "complete", words }));
}
