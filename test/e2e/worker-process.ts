import { runWorker, type WorkerRun } from "./run-worker.ts";

/*
 * The Worker as its own process: `node test/e2e/worker-process.ts <JSON of WorkerProcess>`. It prints what the Worker
 * logs and ends at SIGTERM.
 */

export type WorkerProcess = Required<Omit<WorkerRun, "onLog" | "main" | "postgres" | "containers" | "outbound">> &
  Pick<WorkerRun, "main" | "postgres">;

const run = JSON.parse(process.argv[2]!) as WorkerProcess;
const { miniflare } = await runWorker({ ...run, onLog: ({ level, message }) => console.log(`[${level}] ${message}`) });
process.once("SIGTERM", async () => {
  await miniflare.dispose();
  process.exit(0);
});
