import type { Job, Operations } from "../../client/index.ts";
import type { OperatorClient } from "../../processor/adapters/operator-client.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import { describeJob, jobTable } from "./job-text.ts";
import { reportOperatorErrors } from "./report-operator-errors.ts";

type JobsFilter = NonNullable<Operations["listJobs"]["input"]["query"]>;
type JobsAnswer = Awaited<ReturnType<OperatorClient["listJobs"]>>;

/** The newest jobs that a list shows. */
const SHOWN = 100;

export type QueueCommand =
  | { readonly verb: "list"; readonly filter: JobsFilter }
  | { readonly verb: "show" | "retry" | "cancel"; readonly jobId: string };

/** `ladderlock queue`: resolves to the exit code. */
export function queue(
  command: QueueCommand,
  options: { readonly json: boolean; readonly now: number },
  client: OperatorClient,
  { out, err }: Output,
): Promise<number> {
  return reportOperatorErrors(async () => {
    const { value, text } = await answer(command, client, options.now);
    out(options.json ? `${JSON.stringify(value)}\n` : text);
    return EXIT.ok;
  }, err);
}

/** A page of a rare combination of filters may have few jobs although others follow. */
async function newestJobs(filter: JobsFilter, client: OperatorClient) {
  const found: Job[] = [];
  let cursor: string | null = null;
  do {
    const query: JobsFilter = cursor === null ? filter : { ...filter, cursor };
    const page: JobsAnswer = await client.listJobs({ query });
    found.push(...page.jobs);
    // A Worker of an earlier release sends no cursor.
    cursor = page.nextCursor ?? null;
  } while (cursor !== null && found.length < SHOWN);
  return found.slice(0, SHOWN);
}

async function answer(
  command: QueueCommand,
  client: OperatorClient,
  now: number,
): Promise<{ value: unknown; text: string }> {
  switch (command.verb) {
    case "list": {
      const found = await newestJobs(command.filter, client);
      return { value: found, text: found.length === 0 ? "No jobs.\n" : jobTable(found, now) };
    }
    case "show": {
      const job = await client.getJob({ params: { jobId: command.jobId } });
      return { value: job, text: describeJob(job, now) };
    }
    case "retry": {
      const job = await client.retryJob({ params: { jobId: command.jobId } });
      const name = job.jobId === command.jobId ? "Queued again" : `Queued as job ${job.jobId}`;
      return { value: job, text: `${name}, with ${job.maxAttempts} attempts.\n` };
    }
    case "cancel": {
      const { outcome } = await client.cancelJob({ params: { jobId: command.jobId } });
      const requested = "Cancelled. Its processor stops with its next heartbeat.\n";
      return { value: { outcome }, text: outcome === "cancelled" ? "Cancelled.\n" : requested };
    }
    default:
      return command satisfies never;
  }
}
