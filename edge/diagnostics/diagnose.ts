import d1Journal from "../../migrations/d1/meta/_journal.json" with { type: "json" };
import pgJournal from "../../migrations/pg/meta/_journal.json" with { type: "json" };
import release from "../../package.json" with { type: "json" };
import type { ServiceMark } from "../../shared/application/ports/service-state.ts";
import type { Diagnostics } from "../api/definitions/diagnostics.ts";
import type { Context } from "../context.ts";
import { boundDatabase } from "../database.ts";
import { QUEUES } from "../queues/messages.ts";
import { checkBindings } from "./check-bindings.ts";
import { checkSecrets } from "./check-secrets.ts";

export type DiagnoseDeps = Pick<Context, "env" | "settings" | "now" | "serviceState" | "jobs">;

const MOST_JOBS = 100;

/** Facts only: what they mean is decided where they are read. */
export async function diagnose({ env, settings, now, serviceState, jobs }: DiagnoseDeps): Promise<Diagnostics> {
  const database = boundDatabase(env).kind;
  const [bindings, applied, runs, queued, running, sampleSegment] = await Promise.all([
    checkBindings({ env, serviceState }),
    serviceState.appliedMigrations(),
    serviceState.lastRuns(),
    jobs.list({ state: "QUEUED", limit: MOST_JOBS }),
    jobs.list({ state: "RUNNING", limit: MOST_JOBS }),
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
    migrations: compareMigrations(JOURNALS[database], applied),
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

const JOURNALS = { d1: d1Journal, postgres: pgJournal } as const;

type Journal = (typeof JOURNALS)[keyof typeof JOURNALS];

function compareMigrations(journal: Journal, applied: readonly string[] | null): Diagnostics["migrations"] {
  const expected = journal.entries.map(({ tag }) => `${tag}.sql`);
  const newest = expected.at(-1) ?? "";
  if (applied === null) return { newest, applied: null, missing: [], unknown: [] };
  return {
    newest,
    applied: applied.length,
    missing: expected.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !expected.includes(name)),
  };
}

/** The bucket holds segments of posts and nothing else at its start. */
async function findSegment(bucket: R2Bucket): Promise<string | null> {
  const { objects } = await bucket.list({ limit: 50 });
  return objects.find(({ key }) => key.endsWith(".ts"))?.key ?? null;
}
