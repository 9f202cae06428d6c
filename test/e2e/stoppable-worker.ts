import { join } from "node:path";
import type { Inspection } from "../inspection/d1.ts";
import { type KillableWorker, startKillableWorker } from "./killable-worker.ts";

/** A Worker that can be killed at a statement of its database (test/workerd/support/stopping-worker.ts). */
export type StoppableWorker = KillableWorker & {
  /** From now on, statements with this text in them are not sent and never answered. */
  stopAt(text: string): Promise<void>;
  /** How many such statements there are. */
  stopped(): Promise<number>;
  /** Moves the Worker's clock until it is killed. */
  setClockAhead(ms: number): Promise<void>;
  /** One minute's work of the Cron Trigger. */
  runCron(): Promise<void>;
  readonly rows: Inspection["rows"];
};

const MAIN = join(import.meta.dirname, "../workerd/support/stopping-worker.ts");

export async function startStoppableWorker(settings: Record<string, string>): Promise<StoppableWorker> {
  const worker = await startKillableWorker(() => settings, MAIN);
  const control = async <T>(path: string, body?: unknown): Promise<T> => {
    const init = { method: "POST", body: JSON.stringify(body ?? null) };
    const response = await fetch(`${worker.origin}/test/${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    ...worker,
    stopAt: (text) => control(`stop?${new URLSearchParams({ at: text })}`),
    stopped: async () => (await control<{ stopped: number }>("stopped")).stopped,
    setClockAhead: (ms) => control(`clock?ahead=${ms}`),
    runCron: () => control("cron"),
    rows: (table, where = {}) => control("rows", { table, where }),
  };
}
