import { LARGEST_MARK, type ProcessorSettings } from "../../../shared/application/protocols/direct-protocol.ts";
import { JobServiceError } from "../job-client-errors.ts";
import type { DirectDatabase } from "./direct-database.ts";
import type { WorkerRequests } from "./worker-requests.ts";

/** The rules that the Worker's settings decide, which are the same for all processors. */
export type JobSettings = Omit<ProcessorSettings, "database">;

export type WorkerSettings = {
  /** Of at most a minute ago: a claim needs them, so that no job is claimed that could not get its secrets. */
  fresh(): Promise<JobSettings>;
  /** The latest, whatever their age: what is under way continues while the Worker is away. */
  latest(): Promise<JobSettings>;
  /** The Worker was found to be away: the next claim asks it first. */
  distrust(): void;
};

export type WorkerSettingsOptions = {
  readonly worker: Pick<WorkerRequests, "settings">;
  readonly database: Pick<DirectDatabase, "appliedMigrations" | "holdingMark">;
  /** The names of the migrations of this release. */
  readonly migrations: readonly string[];
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
};

const FRESH_MS = 60_000;

/** Each answer of the Worker also shows that it uses this very database, and that this release fits to it. */
export function createWorkerSettings({
  worker,
  database,
  migrations,
  now,
  random,
}: WorkerSettingsOptions): WorkerSettings {
  let known: JobSettings | null = null;
  let freshUntil = Number.NEGATIVE_INFINITY;
  let asking: Promise<JobSettings> | null = null;
  const ask = async () => {
    const askedAt = now();
    const applied = await database.appliedMigrations();
    const missing = migrations.filter((name) => applied?.includes(name) !== true);
    if (missing.length > 0) throw notMigrated(missing);
    const mark = Math.floor(random() * LARGEST_MARK);
    const { database: found, ...settings } = await database.holdingMark(mark, () => worker.settings(mark));
    if (found !== "same") throw otherDatabase(found);
    freshUntil = askedAt + FRESH_MS;
    // The same object while nothing has changed.
    if (JSON.stringify(settings) !== JSON.stringify(known)) known = settings;
    return known ?? settings;
  };
  const fresh = async () => {
    if (known !== null && now() < freshUntil) return known;
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };
  return {
    fresh,
    latest: async () => known ?? fresh(),
    distrust: () => {
      freshUntil = Number.NEGATIVE_INFINITY;
    },
  };
}

function notMigrated(missing: readonly string[]): JobServiceError {
  const names = missing.join(", ");
  const message = `The database of DATABASE_URL lacks migrations of this release (${names}). Run ladderlock migrate.`;
  return new JobServiceError(message, { refusedWith: "not-migrated" });
}

function otherDatabase(found: "other" | "d1"): JobServiceError {
  const message =
    found === "d1"
      ? "The Worker at LADDERLOCK_URL uses D1, not Postgres. Remove DATABASE_URL, or bind the Worker to Hyperdrive."
      : "The Worker at LADDERLOCK_URL uses another database than DATABASE_URL names. Set DATABASE_URL to the database of its Hyperdrive.";
  return new JobServiceError(message, { refusedWith: "other-database" });
}
