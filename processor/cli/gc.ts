import type { ProcessorConfig } from "../config/config.ts";
import { loggerFor, openBuckets } from "../context.ts";
import { collectGarbage, type GarbageReport } from "../gc/collect-garbage.ts";
import { EXIT } from "./exit-codes.ts";
import { openJobs } from "./open-jobs.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { textTable } from "./text-table.ts";

/** `ladderlock gc`: one garbage collection, for people and for cron. Resolves to the exit code. */
export async function gc(
  config: ProcessorConfig,
  options: { readonly dryRun: boolean; readonly json: boolean },
  print: (text: string) => void,
): Promise<number> {
  const log = loggerFor(config);
  const stop = stopOnSignals(config.stopSeconds, EXIT.tryLater, () => {});
  await using buckets = openBuckets(config);
  const { dryRun, json } = options;
  try {
    await using jobs = openJobs(config, log);
    const dependencies = { ...buckets, client: jobs.client, dryRun, minAgeMs: config.gcMinAgeHours * 3_600_000 };
    const report = await collectGarbage(dependencies, stop, Date.now());
    print(json ? `${JSON.stringify({ dryRun, ...report })}\n` : describe(report, dryRun));
    return EXIT.ok;
  } catch (error) {
    log.error({ err: error }, "the garbage collection stopped early; the next run finds what was not deleted");
    return EXIT.tryLater;
  }
}

function describe({ garbage, totals }: GarbageReport, dryRun: boolean): string {
  const columns = [
    { title: "PREFIX" },
    { title: "OBJECTS", align: "right" },
    { title: "BYTES", align: "right" },
  ] as const;
  const rows = garbage.map(({ prefix, objects, bytes }) => [prefix, String(objects), String(bytes)]);
  const table = garbage.length > 0 ? `${textTable(columns, rows)}\n` : "";
  const found = `${totals.garbage} prefixes are garbage: ${totals.garbageObjects} objects, ${totals.garbageBytes} bytes.`;
  const { named, live, retiring, young, unknown, strangers, deleted } = totals;
  const left = [
    `${named} in use`,
    `${live} of parts with an unfinished job`,
    `${retiring} whose keys are still served`,
    `${young} young`,
    `${unknown} of unknown jobs`,
    `${strangers} objects of another layout`,
  ];
  const done = dryRun ? "Nothing was deleted: this was a dry run." : `${deleted} are queued for deletion.`;
  return `${table}${found} ${done}\nKept: ${left.join(", ")}.\n`;
}
