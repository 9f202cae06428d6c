import type { Command as Program } from "commander";
import { optionText } from "./option-values.ts";

/** Commands that do not speak to the API, or take their settings from the environment alone. */
const WITHOUT = new Set(["serve", "run", "gc", "migrate", "database", "completion", "complete", "help"]);

/** Adds to every command of the API how it finds the deployment. */
export function addConnectionOptions(program: Program): void {
  for (const command of program.commands) {
    if (program.parent === null && WITHOUT.has(command.name())) continue;
    addConnectionOptions(command.helpCommand(false));
    // A group of commands has no action, except `rotate`, which has both.
    if (command.commands.length > 0 && command.name() !== "rotate") continue;
    command
      .optionsGroup("Connection:")
      .option("--server <url>", "address of the Worker (else LADDERLOCK_URL, else the configuration file)", optionText)
      .option("--api-key <key>", "API key; other users of the machine can see it (else LADDERLOCK_API_KEY)", optionText)
      .option("--config <file>", "configuration file (else LADDERLOCK_CONFIG, else ~/.config/ladderlock)", optionText);
  }
}
