import type { Persistence } from "../../shared/application/persistence.ts";
import type { VideoPostRepository } from "../../shared/application/ports/video-post-repository.ts";

/*
 * The contract of a database adapter. The suites in this folder are functions over `open`, so that each database runs
 * the same ones. They read tables only where the ports cannot show what must hold.
 */
export type TestPersistence = Persistence & {
  /** Of the statements that `execute` takes, where both have no statement in common. */
  readonly dialect: "sqlite" | "postgres";
  /** A repository whose saves meet a fault on the way to the database or on the way back. */
  postsWith(fault: "reply-lost" | "not-carried-out"): VideoPostRepository;
  /** A further instance over the same database. */
  again(): Persistence;
  /**
   * A further instance that pauses before each of its statements, so that those of others come between the statements of
   * one transaction wherever the database lets them.
   */
  slow(): Persistence;
  /** Runs a statement that no port offers, as an operator with a console could. */
  execute(statement: string): Promise<void>;
  tables(): Promise<string[]>;
  columns(table: string): Promise<{ readonly name: string; readonly nullable: boolean }[]>;
  /** All rows of a table by the names of its columns, in a fixed order. */
  rows(table: string): Promise<Row[]>;
};

export type Row = Readonly<Record<string, unknown>>;

/**
 * Opens an empty database with the real migrations; the job rules are STANDARD_JOB_RULES. The audit log alone may hold
 * events of earlier tests, since no database deletes them before their time.
 */
export type OpenPersistence = () => Promise<TestPersistence>;

/** Everything that is stored, to be compared as a whole. */
export async function dump(persistence: TestPersistence): Promise<Record<string, Row[]>> {
  const tables = await persistence.tables();
  return Object.fromEntries(await Promise.all(tables.map(async (table) => [table, await persistence.rows(table)])));
}

/** JSON columns are text in one database and values in another. */
export function jsonColumn(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : value;
}
