import type { Option, Command as Program } from "commander";
import { createProgram } from "../../cli/command-line.ts";
import { EXIT_MEANINGS } from "../../cli/exit-meanings.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import { type GeneratedTables, markdownTable } from "./generated-tables.ts";

/** The commands, their options and the exit codes of `ladderlock`, from the definitions that `--help` prints. */
export function commandTables(): GeneratedTables {
  const commands = leavesOf(createProgram("", { print: () => {}, done: () => {} }), "");
  return {
    commands: markdownTable(
      ["command", "what it does"],
      commands.map(({ usage, command }) => [`\`${usage}\``, command.description()]),
    ),
    options: markdownTable(
      ["command", "option", "meaning"],
      commands.flatMap(({ path, command }) => ownOptions(command).map((option) => row(path, option))),
    ),
    "exit-codes": markdownTable(
      ["code", "of", "means", "do"],
      Object.entries(EXIT_MEANINGS).map(([name, { of, means, remedy }]) => [
        ...[String(EXIT[name as keyof typeof EXIT]), of, means, remedy],
      ]),
    ),
  };
}

type Leaf = { readonly path: string; readonly usage: string; readonly command: Program };

/** Commands that do something. `rotate` does, and has commands as well. */
function leavesOf(command: Program, path: string): Leaf[] {
  const visible = command.createHelp().visibleCommands(command);
  return visible.flatMap((child) => {
    const name = [path, child.name()].filter(Boolean).join(" ");
    const below = leavesOf(child, name);
    if (below.length > 0 && ownOptions(child).length === 0) return below;
    const operands = child.registeredArguments.map((one) => {
      const shown = one.variadic ? `${one.name()}...` : one.name();
      return one.required ? `<${shown}>` : `[${shown}]`;
    });
    return [{ path: name, usage: [name, ...operands].join(" "), command: child }, ...below];
  });
}

/** Without those that every command has, which the page describes once. */
const EVERYWHERE = ["--help", "--json", "--server", "--api-key", "--config"];

function ownOptions(command: Program): Option[] {
  const visible = command.createHelp().visibleOptions(command);
  return visible.filter(({ long }) => !EVERYWHERE.includes(long ?? ""));
}

function row(path: string, { flags, description, argChoices, defaultValue }: Option): string[] {
  const choices = argChoices === undefined ? "" : `: ${argChoices.join(", ")}`;
  const preset = defaultValue === undefined ? "" : ` (${defaultValue})`;
  return [`\`${path}\``, `\`${flags.replaceAll("|", "\\|")}\``, `${description}${choices}${preset}`];
}
