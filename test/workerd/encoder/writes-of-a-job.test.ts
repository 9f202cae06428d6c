import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import COSTS from "../../../docs/costs.md?raw";
import { createJob, jobObject, listen } from "../support/encoder-job.ts";
import type { Fault } from "../support/faults.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { call, claim, encryptPost, report, transcodeReport } from "../support/published-post.ts";
import { startWorker } from "../support/worker.ts";

/*
 * What one job writes whose conversion takes two minutes, with a report each second and a heartbeat each 20 seconds. The
 * table in docs/costs.md has these figures.
 */

const ENCODING_SECONDS = 120;

const HEARTBEAT_SECONDS = 20;

it.each([
  ["nobody", 0],
  ["one listener", 1],
])("are as documented, for a job with %s", async (who, listeners) => {
  const { counted, rows } = countedDatabase();
  const worker = startWorker({ ...counted.bindings });
  const job = await createJob(worker);
  const objectRows = await countObjectRows(job);
  const events = listeners === 0 ? null : await listen(worker, job.jobId);
  const order = await claim(worker, job.videoPostId);
  await work(ENCODING_SECONDS, (step, percent) => {
    if (step === "progress") worker.advance(1000);
    return call(worker, order, step, { stage: "ENCODING", percent, segments: { "360p": Math.floor(percent) } });
  });
  await report(worker, order, "transcode-result", transcodeReport(["1080p", "720p", "480p", "360p"]));
  await encryptPost(worker, job.videoPostId);
  await worker.settled();
  // `connected` and the first view come before the reports, the end after them.
  expect((await events?.rest())?.length ?? 0).toBe(listeners * (1 + 1 + ENCODING_SECONDS + 1));
  expect(COSTS).toContain(`| ${who} | ${rows()} | ${objectRows()} |`);
});

/** A report each second, and the heartbeats between them. */
async function work(seconds: number, send: (step: string, percent: number) => Promise<Response>): Promise<void> {
  for (let second = 1; second <= seconds; second++) {
    const percent = (100 * second) / seconds;
    expect((await send("progress", percent)).status).toBe(204);
    if (second % HEARTBEAT_SECONDS === 0) expect((await send("heartbeat", percent)).status).toBe(200);
  }
}

/** D1 with the rows that it says to have written, index rows included, as Cloudflare bills them. */
function countedDatabase() {
  let total = 0;
  const counting: Fault = async ({ texts, send }) => {
    const result = await send();
    const results = (Array.isArray(result) ? result : [result]) as { meta?: { rows_written?: number } }[];
    const metas = results.map((one) => one?.meta?.rows_written);
    const writes = texts.some((text) => /^\s*(?:insert|update|delete)/i.test(text));
    if (writes && metas.some((count) => count === undefined)) throw new Error(`not counted: ${texts.join("; ")}`);
    total += metas.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    return result as never;
  };
  return { counted: faultyDatabase(counting), rows: () => total };
}

type Log = { stream: { log: { sql: SqlStorage } } };

/** Rows that the object of the job writes from now on. */
async function countObjectRows(job: Parameters<typeof jobObject>[0]): Promise<() => number> {
  let total = 0;
  await runInDurableObject(jobObject(job), (instance) => {
    const { log } = (instance as unknown as Log).stream;
    const { sql } = log;
    const exec = (...args: Parameters<SqlStorage["exec"]>) => {
      const cursor = sql.exec(...args);
      total += cursor.rowsWritten;
      return cursor;
    };
    log.sql = { exec } as never;
  });
  return () => total;
}
