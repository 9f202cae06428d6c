import { OPERATOR_SETTINGS, SETTINGS } from "../config.ts";
import type { Setting } from "../setting.ts";

export const USAGE = `Usage: node processor/main.ts <command>

  serve                         ask the Worker for jobs and do them, until SIGTERM or SIGINT
  run [<jobId>]                 do this one job (or VIDEO_JOB_ID) and exit
  gc [--dry-run] [--json]       delete stored objects that nothing points to; or only say what it would delete
  import <manifest.json> [--dry-run] [--json]
                                bring in content that has one key for all qualities; or only look whether it can be
  jobs list [--state <state>] [--kind <kind>] [--post <videoPostId>] [--json]
  jobs show <jobId> [--json]
  jobs retry <jobId> [--json]   queue a FAILED job again with all its attempts, or a new job for a CANCELLED one
  jobs cancel <jobId> [--json]

  rotate --all | --post <videoPostId> [--file <index>] | --status, --author, --type, --created-from, --created-before,
         --version-below, --keys-before, --kek (all that are said must hold)
         [--in-flight <parts>] [--grace <seconds>] [--dry-run | --watch] [--json]
                                new keys for many parts; or only say what would be done
  rotate list [--json]
  rotate show|watch|pause|resume|cancel|retry-failed <batchId> [--json]
  rotate report <batchId> [--state <state>] [--json]
  rewrap [--dry-run] [--json]   wrap all keys anew under the first of KEY_ENCRYPTION_KEYS; or only count them

  --help                        show this

Exit codes: 0 done, 1 refused, 64 wrong usage, 65 the job has failed for good or is unknown,
or what is to be imported cannot be, 75 try again later,
78 wrong configuration.
`;

/** The usage, and every environment variable with its unit and default. */
export function helpText(): string {
  const { LADDERLOCK_URL: _, ...operator } = OPERATOR_SETTINGS;
  return `${USAGE}
Environment:
${describeSettings(SETTINGS)}
For "jobs", "rotate" and "rewrap", which read this and LADDERLOCK_URL alone, and for "import", which reads S3_*, SOURCE_BUCKET,
SOURCE_ALLOW_HOSTS and UPLOAD_CONCURRENCY as well:
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
