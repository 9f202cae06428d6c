import { rmSync } from "node:fs";
import { z } from "zod";
import { readJson, writeJson } from "../../cli/videos/json-file.ts";
import { isAlive } from "../../processor/adapters/process-state.ts";
import { PLACES } from "./places.ts";
import { commandLineOf, descendantsOf, membersOfGroup, signalAll } from "./process-tree.ts";
import { UsageError } from "./settings.ts";

const running = z.object({
  launcher: z.number(),
  port: z.number(),
  /** The name of the database; a release that had one only left it out. */
  database: z.string().default("D1"),
  /** Which films the database has: this file says it. */
  ingested: z.string().default(PLACES.ingested),
  services: z.array(z.number()),
});

export type Running = Pick<z.infer<typeof running>, "port" | "database" | "ingested">;

/**
 * Takes the state folder for this launcher: two Workers on one local database would spoil it. If the last launcher was
 * killed so hard that its services live on, they are ended first. Throws UsageError if another launcher is at work.
 */
export function takeStateFolder(file: string, system: Running): { add(service: number): void; release(): void } {
  const earlier = running.safeParse(readJson(file));
  if (earlier.success) endEarlier(earlier.data);
  const services: number[] = [];
  const write = () => writeJson(file, { launcher: process.pid, ...system, services });
  write();
  return {
    add(service) {
      services.push(service);
      write();
    },
    release: () => rmSync(file, { force: true }),
  };
}

/** The system that runs here already; null where none does. */
export function findRunning(file: string): Running | null {
  const earlier = running.safeParse(readJson(file));
  return earlier.success && isLauncher(earlier.data.launcher) ? earlier.data : null;
}

/** Process ids are used again. */
function isLauncher(pid: number): boolean {
  return pid !== process.pid && isAlive(pid) && commandLineOf(pid).includes("scripts/dev/start.ts");
}

function endEarlier({ launcher, port, services }: z.infer<typeof running>): void {
  if (isLauncher(launcher)) {
    throw new UsageError(
      `ladderlock runs here already, at http://localhost:${port} (process ${launcher}). Stop it first,\n` +
        "or add a film to it: npm start -- film.mp4",
    );
  }
  // Process ids are used again: only what is recognised is ended.
  const members = services.flatMap(membersOfGroup);
  const ours = members.filter((pid) => /wrangler|workerd|cli\/main\.ts/.test(commandLineOf(pid)));
  signalAll(new Set(ours.flatMap(descendantsOf)), "SIGKILL");
}
