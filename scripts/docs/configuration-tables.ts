import type * as z from "zod";
import { SETTINGS_SCHEMA } from "../../edge/settings/settings.ts";
import { OPERATOR_SETTINGS, SETTINGS } from "../../processor/config/config.ts";
import { LAUNCHER_SETTINGS } from "../../processor/config/launcher-config.ts";
import type { Setting } from "../../processor/config/setting.ts";
import { type GeneratedTables, markdownTable } from "./generated-tables.ts";

/** The settings of the Worker, from their schema. `wranglerToml` has the values of those without a default. */
export function workerTables(wranglerToml: string): GeneratedTables {
  const settings = Object.entries<z.ZodType>(SETTINGS_SCHEMA.shape);
  const secrets = settings.filter(([, schema]) => schema.meta()?.secret === true);
  const variables = settings.filter(([, schema]) => schema.meta()?.secret !== true);
  return {
    "worker-secrets": markdownTable(
      ["secret", "required", "value"],
      secrets.map(([name, schema]) => [`\`${name}\``, isRequired(schema) ? "yes" : "no", descriptionOf(name, schema)]),
    ),
    "worker-variables": markdownTable(
      ["variable", "default", "meaning"],
      variables.map(([name, schema]) => [
        `\`${name}\``,
        isRequired(schema) ? `required: \`${valueIn(wranglerToml, name)}\`` : shown(schema.parse(undefined)),
        descriptionOf(name, schema),
      ]),
    ),
  };
}

/** The settings of the processor, from the table that `--help` prints. */
export function processorTables(): GeneratedTables {
  return {
    processor: settingTable(SETTINGS),
    launcher: settingTable(LAUNCHER_SETTINGS),
    operator: settingTable(OPERATOR_SETTINGS),
  };
}

function settingTable(settings: Readonly<Record<string, Setting>>): string {
  return markdownTable(
    ["variable", "unit", "default", "meaning"],
    Object.entries(settings).map(([name, { unit, preset, required, meaning }]) => {
      const standard = required ? "required" : preset === null || preset === "" ? "none" : `\`${preset}\``;
      return [`\`${name}\``, unit ?? "", standard, meaning];
    }),
  );
}

function isRequired(schema: z.ZodType): boolean {
  return !schema.safeParse(undefined).success;
}

function descriptionOf(name: string, schema: z.ZodType): string {
  const description = schema.meta()?.description;
  if (description === undefined) throw new Error(`${name} has no description`);
  return description;
}

/** A default as a person would write it; an empty list is none. */
function shown(value: unknown): string {
  return value === undefined || (Array.isArray(value) && value.length === 0) ? "none" : `\`${value}\``;
}

function valueIn(wranglerToml: string, name: string): string {
  const value = new RegExp(`^${name} = "([^"]*)"$`, "m").exec(wranglerToml)?.[1];
  if (value === undefined) throw new Error(`${name} has neither a default nor a value in wrangler.toml`);
  return value;
}
