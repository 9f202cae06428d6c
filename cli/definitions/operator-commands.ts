import { Option, type Command as Program } from "commander";
import { JOB_KINDS, JOB_STATES, type JobKind, type JobState } from "../../shared/domain/job/transcode-job.ts";
import type { QueueCommand } from "../operator/queue.ts";
import type { RewrapOptions } from "../operator/rewrap.ts";
import type { ForgetOptions } from "../operator/viewers.ts";
import { optionText } from "./option-values.ts";
import { addRotateCommands, type TypedRotation } from "./rotate-commands.ts";

export type OperatorCommand =
  | ({ readonly name: "rewrap" } & RewrapOptions)
  | ({ readonly name: "forget-viewer" } & ForgetOptions)
  | TypedRotation
  | { readonly name: "queue"; readonly command: QueueCommand; readonly json: boolean };

type Done = (command: OperatorCommand) => void;
type Flags = { readonly json?: boolean; readonly dryRun?: boolean };

export function addOperatorCommands(program: Program, done: Done): void {
  addQueueCommands(program, done);
  const keys = program.command("keys").description("replace keys, and what they are wrapped under");
  addRotateCommands(keys, done, { path: "ladderlock keys rotate" });
  addRewrapCommand(keys, done, false);
  program
    .command("viewers")
    .description("remove what is known about a viewer")
    .command("forget <viewer>")
    .description("remove a viewer from the audit log, by the name that its site or issuer gives it")
    .option("--json", "print JSON")
    .action((viewer: string, { json }: Flags) => done({ name: "forget-viewer", viewer, json: json === true }));
  // The names of earlier releases.
  addRotateCommands(program, done, { path: "ladderlock rotate", hidden: true });
  addRewrapCommand(program, done, true);
}

function addRewrapCommand(program: Program, done: Done, hidden: boolean): void {
  program
    .command("rewrap", { hidden })
    .description("re-wrap all content keys under the first of KEY_ENCRYPTION_KEYS")
    .option("--dry-run", "count the keys, and change nothing")
    .option("--json", "print JSON")
    .action(({ dryRun, json }: Flags) => done({ name: "rewrap", dryRun: dryRun === true, json: json === true }));
}

function addQueueCommands(program: Program, done: Done): void {
  const queue = program
    .command("queue")
    .description("list, show, retry and cancel transcode and encrypt jobs, which processors run");
  const add = (usage: string, description: string) =>
    queue.command(usage).description(description).option("--json", "print JSON");
  add("list", "list the newest jobs")
    .addOption(new Option("--state <state>", "only jobs in this state").choices(JOB_STATES))
    .addOption(new Option("--kind <kind>", "only jobs of this kind").choices(JOB_KINDS))
    .option("--post <videoPostId>", "only jobs of this post", optionText)
    .action(({ json, state, kind, post }: Flags & { state?: JobState; kind?: JobKind; post?: string }) =>
      done({
        name: "queue",
        json: json === true,
        command: { verb: "list", filter: { state, kind, videoPostId: post } },
      }),
    );
  const ofOneJob = {
    show: "show one job",
    retry: "queue a FAILED job again with all its attempts, or a new job for a CANCELLED one",
    cancel: "cancel one job",
  } as const;
  for (const verb of ["show", "retry", "cancel"] as const) {
    add(`${verb} <jobId>`, ofOneJob[verb]).action((jobId: string, { json }: Flags) =>
      done({ name: "queue", json: json === true, command: { verb, jobId } }),
    );
  }
}
