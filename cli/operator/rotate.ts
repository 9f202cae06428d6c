import { type OperatorClient, pagesOf } from "../../processor/adapters/operator-client.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { RotateCommand } from "../definitions/rotate-commands.ts";
import { reportOperatorErrors } from "./report-operator-errors.ts";
import {
  describeRotation,
  itemTable,
  previewSummary,
  previewTable,
  rotationTable,
  type Totals,
} from "./rotation-text.ts";
import { type RotateOptions, type RotateOutput, watch } from "./rotation-watch.ts";

const ITEMS_A_PAGE = 500;
const STEERED_BY = { pause: "pauseRotation", resume: "resumeRotation", cancel: "cancelRotation" } as const;

/** `ladderlock keys rotate`: resolves to the exit code. */
export function rotate(
  command: RotateCommand,
  options: RotateOptions,
  client: OperatorClient,
  output: RotateOutput,
): Promise<number> {
  return reportOperatorErrors(() => perform(command, options, client, output), output.err);
}

async function perform(
  command: RotateCommand,
  options: RotateOptions,
  client: OperatorClient,
  output: RotateOutput,
): Promise<number> {
  const print = (value: unknown, text: string) => output.out(options.json ? `${JSON.stringify(value)}\n` : text);
  switch (command.verb) {
    case "begin": {
      const batch = await client.startRotation({ body: command.request });
      if (!("batchId" in batch)) throw new Error("the Worker has previewed what it was asked to start");
      print(batch, `Batch ${batch.batchId}\n${describeRotation(batch)}`);
      return command.watch ? watch(batch.batchId, options, client, output) : EXIT.ok;
    }
    case "preview":
      return preview(command, options, client, output);
    case "list": {
      const { rotations } = await client.listRotations();
      print(rotations, rotations.length === 0 ? "No batches.\n" : rotationTable(rotations));
      return EXIT.ok;
    }
    case "show": {
      const batch = await client.getRotation({ params: { batchId: command.batchId } });
      print(batch, describeRotation(batch));
      return EXIT.ok;
    }
    case "watch":
      return watch(command.batchId, options, client, output);
    case "report":
      return report(command, options, client, output);
    case "pause":
    case "resume":
    case "cancel": {
      const batch = await client[STEERED_BY[command.verb]]({ params: { batchId: command.batchId } });
      print(batch, describeRotation(batch));
      return EXIT.ok;
    }
    case "retry-failed": {
      let retried = 0;
      for (let complete = false; !complete; ) {
        const some = await client.retryFailedRotations({ params: { batchId: command.batchId } });
        retried += some.retried;
        complete = some.complete;
      }
      print({ retried }, `${retried} parts will be retried.\n`);
      return EXIT.ok;
    }
    default:
      return command satisfies never;
  }
}

async function preview(
  { request }: Extract<RotateCommand, { verb: "preview" }>,
  { json }: RotateOptions,
  client: OperatorClient,
  { out }: RotateOutput,
): Promise<number> {
  const totals: { -readonly [Name in keyof Totals]: number } = { rotate: 0, skip: 0, segments: 0, bytes: 0 };
  const read = async (cursor: string | undefined) => {
    const page = await client.startRotation({ body: { ...request, dryRun: true, cursor } });
    if ("batchId" in page) throw new Error("the Worker has started what it was asked to preview");
    return page;
  };
  for await (const page of pagesOf(read)) {
    for (const name of Object.keys(totals) as (keyof Totals)[]) totals[name] += page.totals[name];
    if (json) for (const item of page.items) out(`${JSON.stringify(item)}\n`);
    else if (page.items.length > 0) out(previewTable(page.items));
  }
  out(json ? `${JSON.stringify({ totals })}\n` : previewSummary(totals));
  return EXIT.ok;
}

async function report(
  { batchId, state }: Extract<RotateCommand, { verb: "report" }>,
  { json }: RotateOptions,
  client: OperatorClient,
  { out }: RotateOutput,
): Promise<number> {
  let reported = 0;
  const read = async (cursor: string | undefined) => {
    const query = { limit: String(ITEMS_A_PAGE), state, cursor };
    const page = await client.listRotationItems({ params: { batchId }, query });
    if (page instanceof Response) throw new Error("the Worker has sent a file in place of a page");
    return page;
  };
  for await (const { items } of pagesOf(read)) {
    reported += items.length;
    if (json) for (const item of items) out(`${JSON.stringify(item)}\n`);
    else if (items.length > 0) out(itemTable(items));
  }
  if (reported === 0 && !json) out("Nothing to report.\n");
  return EXIT.ok;
}
