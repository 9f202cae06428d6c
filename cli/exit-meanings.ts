import { EXIT } from "../processor/cli/exit-codes.ts";

type Meaning = {
  /** The commands that end so. */
  readonly of: string;
  readonly means: string;
  readonly remedy: string;
};

/** What `--help` and docs/command-line.md say about each exit code. */
export const EXIT_MEANINGS: { readonly [Name in keyof typeof EXIT]: Meaning } = {
  ok: { of: "all", means: "done", remedy: "nothing" },
  failed: {
    of: "all but `run`, `import` and `gc`",
    means: "refused by the Worker or for the database, cancelled, or incomplete",
    remedy: "read the line on stderr",
  },
  warned: { of: "`doctor`", means: "the deployment works, with a warning", remedy: "read the findings" },
  usage: { of: "all", means: "the command line is wrong", remedy: "`--help`" },
  badInput: {
    of: "`encode`, `run`, `import`, `database`",
    means: "the file, the job or the content has failed for good or does not exist",
    remedy: "correct what stderr names; `queue show <jobId>` has the reason",
  },
  tryLater: {
    of: "all but `serve` and `launcher`",
    means:
      "a transient fault, a stop, or the Worker or the database is unavailable; `run`: another holds the job, or it waits",
    remedy: "start it again later",
  },
  badConfiguration: {
    of: "all",
    means: "a setting, the configuration file, ffmpeg or a permission is missing or wrong",
    remedy: "set what the message names",
  },
};

/** What follows the commands in `--help`. */
export function exitCodeText(): string {
  const lines = Object.entries(EXIT_MEANINGS).map(([name, { means }]) => {
    const code = EXIT[name as keyof typeof EXIT];
    return `  ${String(code).padEnd(4)}${means.replaceAll("`", "")}\n`;
  });
  return `\nExit codes:\n${lines.join("")}`;
}
