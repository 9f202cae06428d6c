import { OPERATOR_SETTINGS, SETTINGS } from "../config/config.ts";
import type { Setting } from "../config/setting.ts";

/** What follows the commands in `--help`: the exit codes, and every environment variable with its unit and default. */
export function detailsText(): string {
  const { LADDERLOCK_URL: _, ...operator } = OPERATOR_SETTINGS;
  return `
Exit codes: 0 success, 1 refused, 64 wrong usage, 65 the job failed for good or is unknown, or the content cannot be
imported, 75 try again later, 78 wrong configuration.

Environment:
${describeSettings(SETTINGS)}
For "jobs", "rotate" and "rewrap", which read only this and LADDERLOCK_URL, and for "import", which also reads S3_*,
SOURCE_BUCKET, SOURCE_ALLOW_HOSTS and UPLOAD_CONCURRENCY:
${describeSettings(operator)}`;
}

function describeSettings(settings: Readonly<Record<string, Setting>>): string {
  return Object.entries(settings)
    .map(([name, setting]) => `  ${name}${defaultOf(setting)}\n      ${setting.meaning}\n`)
    .join("");
}

function defaultOf({ preset, unit, required }: Setting): string {
  const counted = unit === null ? "" : ` in ${unit}`;
  if (required) return `${counted} (required)`;
  return preset === null || preset === "" ? `${counted} (default: none)` : `${counted} (default: ${preset})`;
}
