/** Parts of the service that run without a request of a caller. A queue is named by its binding. */
export type ServiceMark = "cron" | "processor" | `queue:${string}`;

/** What is known of the service itself, for the diagnostics. */
export interface ServiceState {
  /** Records that a part of the service ran at this time. An earlier time never replaces a later one. */
  record(mark: ServiceMark, at: number): Promise<void>;
  /** When each part of the service last ran; parts that never did are missing. */
  lastRuns(): Promise<ReadonlyMap<ServiceMark, number>>;
  /** The names of the applied migrations, in their order; null where another tool keeps that list. */
  appliedMigrations(): Promise<readonly string[] | null>;
  /**
   * Whether a program holds this mark in this very database at this moment (`holdingMark` in persistence/pg). A copy of
   * the database has everything but the mark. `d1`: no program can be connected.
   */
  findMark(mark: number): Promise<"same" | "other" | "d1">;
}
