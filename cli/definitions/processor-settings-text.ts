import { SETTINGS } from "../../processor/config/config.ts";
import { LAUNCHER_SETTINGS } from "../../processor/config/launcher-config.ts";
import type { Setting } from "../../processor/config/setting.ts";

/** What follows the help of a command that runs a processor: every environment variable with its unit and default. */
export function processorSettingsText(names: readonly string[] = Object.keys(SETTINGS)): string {
  return settingsText(Object.entries<Setting>(SETTINGS).filter(([name]) => names.includes(name)));
}

/** The launcher's own settings, then those of its runs. */
export function launcherSettingsText(): string {
  return settingsText(Object.entries<Setting>({ ...LAUNCHER_SETTINGS, ...SETTINGS }));
}

function settingsText(settings: readonly (readonly [string, Setting])[]): string {
  return `\nEnvironment:\n${settings.map(([name, setting]) => describe(name, setting)).join("")}`;
}

function describe(name: string, setting: Setting): string {
  return `  ${name}${defaultOf(setting)}\n      ${setting.meaning}\n`;
}

function defaultOf({ preset, unit, required }: Setting): string {
  const counted = unit === null ? "" : ` in ${unit}`;
  if (required) return `${counted} (required)`;
  return preset === null || preset === "" ? `${counted} (default: none)` : `${counted} (default: ${preset})`;
}
