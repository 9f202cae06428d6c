import release from "../../package.json" with { type: "json" };
import type { ServiceMark } from "../../shared/application/ports/service-state.ts";
import type { Diagnostics } from "../api/definitions/admin/diagnostics.ts";
import type { Context } from "../context.ts";
import { boundDatabase } from "../database.ts";
import { QUEUES } from "../queues/messages.ts";
import { checkBindings } from "./check-bindings.ts";
import { checkSecrets } from "./check-secrets.ts";
import { compareMigrations, readWith } from "./migrations.ts";

export type DiagnoseDeps = Pick<Context, "env" | "settings" | "now" | "serviceState" | "jobs">;

const MOST_JOBS = 100;

/** Facts only: what they mean is decided where they are read. */
export async function diagnose({ env, settings, now, serviceState, jobs }: DiagnoseDeps): Promise<Diagnostics> {
  const database = boundDatabase(env).kind;
  const migrations = compareMigrations(database, await serviceState.appliedMigrations());
  const jobsIn = (state: "QUEUED" | "RUNNING") =>
    readWith(migrations, () => jobs.list({ state, limit: MOST_JOBS }), []);
  const [bindings, runs, queued, running, sampleSegment] = await Promise.all([
    checkBindings({ env, serviceState }),
    readWith(migrations, () => serviceState.lastRuns(), new Map<ServiceMark, number>()),
    jobsIn("QUEUED"),
    jobsIn("RUNNING"),
    findSegment(env.PLAYBACK),
  ]);
  const lastRun = (mark: ServiceMark) => runs.get(mark) ?? null;
  const due = queued.filter(({ runAfter }) => runAfter <= now());
  const working = new Set(running.flatMap(({ leaseOwner }) => leaseOwner ?? []));
  return {
    version: release.version,
    serverTime: now(),
    database,
    bindings,
    migrations,
    cronLastRunAt: lastRun("cron"),
    queues: QUEUES.map((binding) => ({ binding, lastProbeAt: lastRun(`queue:${binding}`) })),
    processors: {
      lastSeenAt: lastRun("processor"),
      working: [...working],
      waiting: due.length,
      waitingSince: due.length === 0 ? null : Math.min(...due.map(({ runAfter }) => runAfter)),
    },
    secrets: checkSecrets(settings),
    playback: { baseUrl: settings.PLAYBACK_BASE_URL ?? null, sampleSegment },
    demoViewers: settings.DEMO_VIEWERS === "enabled",
  };
}

/** The bucket holds segments of posts and nothing else at its start. */
async function findSegment(bucket: R2Bucket): Promise<string | null> {
  const { objects } = await bucket.list({ limit: 50 });
  return objects.find(({ key }) => key.endsWith(".ts"))?.key ?? null;
}
