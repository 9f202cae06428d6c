import type { EncoderJob, Operations } from "../../client/index.ts";
import type { OperatorClient } from "../../processor/adapters/operator-client.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import { textTable } from "../../processor/cli/text-table.ts";
import { reportOperatorErrors } from "../operator/report-operator-errors.ts";
import { addressesOf } from "./video-addresses.ts";

export type EncoderJobsCommand =
  | { readonly verb: "list"; readonly filter: NonNullable<Operations["listEncoderJobs"]["input"]["query"]> }
  | { readonly verb: "show" | "retry" | "cancel"; readonly jobId: string };

type Options = { readonly json: boolean; readonly serviceUrl: string };

/** `ladderlock jobs`, `cancel` and `retry`: resolves to the exit code. */
export function encoderJobs(
  command: EncoderJobsCommand,
  { json, serviceUrl }: Options,
  client: OperatorClient,
  { out, err }: Output,
): Promise<number> {
  return reportOperatorErrors(async () => {
    const { value, text } = await answer(command, client, serviceUrl);
    out(json ? `${JSON.stringify(value)}\n` : text);
    return EXIT.ok;
  }, err);
}

async function answer(
  command: EncoderJobsCommand,
  client: OperatorClient,
  serviceUrl: string,
): Promise<{ value: unknown; text: string }> {
  if (command.verb === "list") {
    const page = await client.listEncoderJobs({ query: command.filter });
    return {
      value: page,
      text: page.items.length === 0 ? "No jobs.\n" : `${table(page.items)}${more(page.nextCursor)}`,
    };
  }
  const { verb, jobId } = command;
  const params = { jobId };
  switch (verb) {
    case "show": {
      const job = await client.getEncoderJob({ params });
      return { value: job, text: describe(job, serviceUrl) };
    }
    case "cancel": {
      const value = await client.cancelEncoderJob({ params });
      return { value, text: "Cancelled. What it has made is deleted.\n" };
    }
    case "retry": {
      const job = await client.retryEncoderJob({ params });
      return { value: job, text: `Queued again: ladderlock jobs show ${job.jobId}\n` };
    }
    default:
      return verb satisfies never;
  }
}

function table(jobs: readonly EncoderJob[]): string {
  const columns = [
    { title: "JOB" },
    { title: "STATUS" },
    { title: "DONE", align: "right" },
    { title: "CREATED" },
    { title: "TITLE" },
    { title: "WHY" },
  ] as const;
  return textTable(
    columns,
    jobs.map((job) => [
      job.jobId,
      job.status,
      `${Math.floor(job.progressPercentage)} %`,
      job.createdAt,
      job.title,
      job.failure?.message ?? "",
    ]),
  );
}

export function more(nextCursor: string | null): string {
  return nextCursor === null ? "" : `More: --cursor ${nextCursor}\n`;
}

function describe(job: EncoderJob, serviceUrl: string): string {
  const { watchUrl, playbackUrl } = addressesOf(job, serviceUrl);
  const segments = job.totalSegments === null ? "" : `${job.completedSegments} of ${job.totalSegments}`;
  const lines: readonly (readonly [string, string])[] = [
    ["job", job.jobId],
    ["title", job.title],
    ["collection", job.slug],
    ["status", job.stage === null ? job.status : `${job.status}, ${job.stage}`],
    ["done", `${Math.floor(job.progressPercentage)} %`],
    ["segments", segments],
    ["failure", job.failure === null ? "" : `${job.failure.code}: ${job.failure.message}`],
    ...job.warnings.map((warning) => ["warning", warning] as const),
    [
      "variants",
      Object.entries(job.variants)
        .map(([name, { quality }]) => `${name} (${quality})`)
        .join(", "),
    ],
    ["post", job.videoPostId],
    ["watch", watchUrl],
    ["play", playbackUrl ?? ""],
    ["created", job.createdAt],
    ["finished", job.finishedAt ?? ""],
  ];
  const shown = lines.filter(([, value]) => value !== "");
  return shown.map(([name, value]) => `${`${name}:`.padEnd(12)}${value}\n`).join("");
}
