import * as z from "zod";
import type { LaunchedRun } from "../launcher.ts";
import { platformWords } from "../platform-words.ts";

const exitEvent = z.object({
  exit_code: z.int().nullish(),
  oom_killed: z.boolean().nullish(),
  requested_stop: z.boolean().nullish(),
  error: z.string().nullish(),
});

const event = z.object({
  type: z.string().optional(),
  status: z.string().optional(),
  request: z.object({ exit_event: exitEvent.nullish() }).nullish(),
});

/** What is read of a machine. Fly sends the newest event first. */
export const machineSchema = z.object({
  id: z.string(),
  name: z.string().optional(),
  state: z.string(),
  created_at: z.string().optional(),
  config: z.object({ metadata: z.record(z.string(), z.string()).nullish() }).nullish(),
  events: z.array(event).nullish(),
});

export type Machine = z.infer<typeof machineSchema>;

const WAITING = ["created", "creating", "starting"];
const ENDED = ["stopped", "failed", "launch_failed", "destroying", "destroyed", "migrated", "replaced"];

export function runOf(machine: Machine): LaunchedRun {
  const exit = exitOf(machine);
  return {
    platformId: machine.id,
    jobId: machine.config?.metadata?.job_id ?? null,
    state: stateOf(machine),
    reason: reasonOf(machine),
    exitCode: exit?.exit_code ?? null,
  };
}

/** A state that is not known here counts as running: what has not surely ended may still hold its job. */
export function stateOf({ state }: Machine): LaunchedRun["state"] {
  if (WAITING.includes(state)) return "waiting";
  return ENDED.includes(state) ? "ended" : "running";
}

function exitOf({ events }: Machine) {
  return events?.find(({ request }) => request?.exit_event)?.request?.exit_event ?? null;
}

function reasonOf(machine: Machine): string | null {
  const exit = exitOf(machine);
  if (exit?.oom_killed) return "oom_killed: the machine ran out of memory";
  if (exit?.error) return platformWords(exit.error, []);
  if (exit?.requested_stop) return "requested_stop";
  if (!["failed", "launch_failed"].includes(machine.state)) return null;
  const { type = "", status = "" } = machine.events?.[0] ?? {};
  return platformWords(`${machine.state} (${type} ${status})`, []);
}
