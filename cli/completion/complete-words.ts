import type { Option, Command as Program } from "commander";

/**
 * What may stand in the place of the last word: commands, options, or the values of an option. Nothing where only the
 * shell knows, as for the name of a file.
 */
export function completeWords(program: Program, words: readonly string[]): string[] {
  const last = words.at(-1) ?? "";
  let command = program;
  let awaiting: Option | undefined;
  let operands = 0;
  for (const word of words.slice(0, -1)) {
    if (awaiting !== undefined) awaiting = undefined;
    else if (word.startsWith("-")) awaiting = optionOf(command, word);
    else {
      const next = operands === 0 ? subcommand(command, word) : undefined;
      if (next === undefined) operands += 1;
      else command = next;
    }
  }
  return candidates(command, last, awaiting, operands)
    .filter((text) => text.startsWith(last))
    .toSorted();
}

function candidates(command: Program, last: string, awaiting: Option | undefined, operands: number): string[] {
  if (awaiting !== undefined) return awaiting.argChoices ?? [];
  if (last.startsWith("-"))
    return command
      .createHelp()
      .visibleOptions(command)
      .flatMap(({ long }) => long ?? []);
  const choices = command.registeredArguments[operands]?.argChoices;
  if (choices !== undefined) return choices;
  return operands === 0 ? visibleCommands(command).map((one) => one.name()) : [];
}

/** The option that the next word is the value of. */
function optionOf(command: Program, word: string): Option | undefined {
  const found = command.options.find(({ long, short }) => word === long || word === short);
  return found?.required === true ? found : undefined;
}

function subcommand(command: Program, word: string): Program | undefined {
  return command.commands.find((one) => one.name() === word);
}

function visibleCommands(command: Program): readonly Program[] {
  return command.createHelp().visibleCommands(command);
}
