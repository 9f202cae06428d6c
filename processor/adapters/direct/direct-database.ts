import type { Persistence } from "../../../shared/application/persistence.ts";
import type { JobRules } from "../../../shared/domain/job/transcode-job.ts";

/** A database that this process is connected to. Its persistence and calls fail with errors that `kindOfFault` knows. */
export type DirectDatabase = {
  persistence(rules: JobRules): Persistence;
  /** Null where no migration was applied. */
  appliedMigrations(): Promise<readonly string[] | null>;
  /** Runs `work` while every session of this database, and of no other one, finds the mark. */
  holdingMark<T>(mark: number, work: () => Promise<T>): Promise<T>;
  /** passing: the same call may succeed later. refused: the database is not fit. other: no matter of the database. */
  kindOfFault(error: unknown): "passing" | "refused" | "other";
  end(): Promise<void>;
};
