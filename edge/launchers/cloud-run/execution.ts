import * as z from "zod";
import type { LaunchedRun } from "../launcher.ts";
import { platformWords } from "../platform-words.ts";

const condition = z.object({
  type: z.string().optional(),
  state: z.string().optional(),
  message: z.string().optional(),
  executionReason: z.string().optional(),
});

const container = z.object({
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).optional(),
});

/** What is read of an execution. Google leaves out members with their default, such as counts of 0. */
export const executionSchema = z.object({
  name: z.string(),
  completionTime: z.string().optional(),
  runningCount: z.int().optional(),
  succeededCount: z.int().optional(),
  conditions: z.array(condition).optional(),
  template: z.object({ containers: z.array(container).optional() }).optional(),
});

/** The tasks of an execution: here one. An exit code of 0 is left out. */
export const tasksSchema = z.object({
  tasks: z.array(z.object({ lastAttemptResult: z.object({ exitCode: z.int().optional() }).optional() })).optional(),
});

export type Execution = z.infer<typeof executionSchema>;

export function runOf(execution: Execution, exitCode: number | null): LaunchedRun {
  return {
    ...{ platformId: execution.name, jobId: jobIdOf(execution) },
    ...{ state: stateOf(execution), reason: reasonOf(execution), exitCode },
  };
}

export function stateOf({ completionTime, runningCount = 0 }: Execution): LaunchedRun["state"] {
  if (completionTime !== undefined) return "ended";
  return runningCount > 0 ? "running" : "waiting";
}

export function hasSucceeded({ completionTime, succeededCount = 0 }: Execution): boolean {
  return completionTime !== undefined && succeededCount > 0;
}

function jobIdOf({ template }: Execution): string | null {
  const env = template?.containers?.flatMap((one) => one.env ?? []) ?? [];
  return env.find(({ name }) => name === "VIDEO_JOB_ID")?.value ?? null;
}

/** What failed comes first, then what is waited for. */
function reasonOf({ conditions = [] }: Execution): string | null {
  const withState = (state: string) =>
    conditions.find((one) => one.state === state && (one.message || one.executionReason));
  const found = withState("CONDITION_FAILED") ?? withState("CONDITION_PENDING") ?? withState("CONDITION_RECONCILING");
  if (found === undefined) return null;
  return platformWords([found.executionReason, found.message].filter(Boolean).join(": "), []);
}
