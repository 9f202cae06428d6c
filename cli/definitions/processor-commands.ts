import type { Command as Program } from "commander";
import type { ImportOptions } from "../../processor/cli/import.ts";
import { IMPORT_SETTING_NAMES } from "../../processor/config/import-config.ts";
import { launcherSettingsText, processorSettingsText } from "./processor-settings-text.ts";

/** Commands that need the buckets, or the secret of processors. */
export type ProcessorCommand =
  | { readonly name: "serve" }
  | { readonly name: "run"; readonly jobId: string | null }
  | { readonly name: "launcher" }
  | { readonly name: "gc"; readonly dryRun: boolean; readonly json: boolean }
  | ({ readonly name: "import" } & ImportOptions);

type Flags = { readonly json?: boolean; readonly dryRun?: boolean };

export function addProcessorCommands(program: Program, done: (command: ProcessorCommand) => void): void {
  const settings = () => processorSettingsText();
  program
    .command("serve")
    .description("claim and run jobs until SIGTERM or SIGINT (needs PROCESSOR_TOKEN, the buckets and ffmpeg)")
    .addHelpText("after", settings)
    .action(() => done({ name: "serve" }));
  program
    .command("run [jobId]")
    .description(
      "run one job (or VIDEO_JOB_ID), then the encrypt job that follows, and exit (needs what `serve` needs)",
    )
    .addHelpText("after", settings)
    .action((jobId: string | undefined) => done({ name: "run", jobId: jobId ?? null }));
  program
    .command("launcher")
    .description("start `run` for each job that a Worker with LAUNCHER=local launches (needs what `serve` needs)")
    .addHelpText("after", () => launcherSettingsText())
    .action(() => done({ name: "launcher" }));
  program
    .command("gc")
    .description("delete stored objects that nothing refers to (needs PROCESSOR_TOKEN and the buckets)")
    .option("--dry-run", "list what would be deleted, and delete nothing")
    .option("--json", "print JSON")
    .addHelpText("after", settings)
    .action(({ dryRun, json }: Flags) => done({ name: "gc", dryRun: dryRun === true, json: json === true }));
  program
    .command("import <manifest>")
    .description("import content that has one key for all qualities, as a JSON manifest describes it (needs SOURCE)")
    .option("--dry-run", "check the content, and import nothing")
    .option("--json", "print JSON")
    .addHelpText("after", () => processorSettingsText(IMPORT_SETTING_NAMES))
    .action((manifestPath: string, { dryRun, json }: Flags) =>
      done({ name: "import", manifestPath, dryRun: dryRun === true, json: json === true }),
    );
}
