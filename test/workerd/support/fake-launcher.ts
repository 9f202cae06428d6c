import type { LaunchAnswer, LaunchedRun, Launcher, LaunchOrder } from "../../../edge/launchers/launcher.ts";
import { database } from "./inspection.ts";
import { emptyQueue } from "./one-job.ts";

/** Settings with which the Worker launches. The launcher itself is the fake one. */
export const ON_BATCH = {
  LAUNCHER: "aws-batch",
  VIDEO_BATCH_JOB_QUEUE: "queue",
  VIDEO_BATCH_JOB_DEFINITION: "definition",
  AWS_REGION: "eu-central-1",
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "not-a-secret",
};
export const ON_FLY = {
  LAUNCHER: "fly-machines",
  FLY_APP: "app",
  FLY_IMAGE: "registry.fly.io/app:1",
  FLY_API_TOKEN: "t",
};

export type FakeLauncher = Launcher & {
  readonly orders: LaunchOrder[];
  readonly stops: string[];
  readonly describes: string[][];
  /** The containers that exist. A stop removes one, unless `stopping` says otherwise. */
  readonly runs: Map<string, LaunchedRun>;
  /** How the next launches are answered. By default each starts a container. */
  readonly answers: ((order: LaunchOrder) => Promise<LaunchAnswer> | LaunchAnswer)[];
  stopping: "at once" | "later";
};

/** A platform in memory. */
export function fakeLauncher(): FakeLauncher {
  const start = ({ launchId, jobId }: LaunchOrder): LaunchAnswer => {
    const platformId = `run-${launchId}`;
    fake.runs.set(platformId, { platformId, jobId, state: "running", reason: null, exitCode: null });
    return { kind: "launched", platformId };
  };
  const fake: FakeLauncher = {
    ...{ orders: [], stops: [], describes: [], runs: new Map(), answers: [], stopping: "at once" },
    launch: async (order) => {
      fake.orders.push(order);
      return (fake.answers.shift() ?? start)(order);
    },
    describe: async (platformIds) => {
      fake.describes.push([...platformIds]);
      return platformIds.flatMap((id) => fake.runs.get(id) ?? []);
    },
    stop: async (platformId) => {
      fake.stops.push(platformId);
      if (fake.stopping === "at once") fake.runs.delete(platformId);
    },
  };
  return fake;
}

export function refusing(cause: "capacity" | "throttled" | "misconfigured", reason: string, retryAfter?: number) {
  return (): LaunchAnswer => ({ kind: "refused", cause, reason, retryAfterSeconds: retryAfter ?? null });
}

/** Each test begins with an empty queue, without containers and with a full burst. */
export async function nothingLaunched(): Promise<void> {
  await emptyQueue();
  await database.change("job_launch", { state: "ENDED", next_at: null });
  await database.change("launch_rate", { full_at: 0, paused_until: 0 });
}
