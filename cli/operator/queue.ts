import type { Operations } from "../../client/index.ts";
import type { OperatorClient } from "../../processor/adapters/operator-client.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import { describeJob, jobTable } from "./job-text.ts";
import { reportOperatorErrors } from "./report-operator-errors.ts";

export type QueueCommand =
  | { readonly verb: "list"; readonly filter: NonNullable<Operations["listJobs"]["input"]["query"]> }
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

async function answer(
  command: QueueCommand,
  client: OperatorClient,
  now: number,
): Promise<{ value: unknown; text: string }> {
  switch (command.verb) {
    case "list": {
      const { jobs: found } = await client.listJobs({ query: command.filter });
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
