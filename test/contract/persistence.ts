import type { AuditLog } from "../../shared/application/audit-log.ts";
import type { ContentKeyStore } from "../../shared/application/content-key-store.ts";
import type { KeyWrappingStore } from "../../shared/application/key-wrapping-store.ts";
import type { MigrationStore } from "../../shared/application/migration-store.ts";
import type {
  ApiKeyStore,
  JobStore,
  PendingWorkQueries,
  PrefixQueries,
  SessionStore,
  TokenStore,
  VideoPostRepository,
} from "../../shared/application/ports.ts";
import type { RotationBatches, RotationSteps } from "../../shared/application/rotation-store.ts";

/*
 * The contract of a database adapter. The suites in this folder are functions over `open`, so that each database runs
 * the same ones; they look into tables only where the ports cannot show what must hold.
 */
export type Persistence = {
  readonly posts: VideoPostRepository;
  readonly jobs: JobStore;
  readonly tokens: TokenStore;
  readonly sessions: SessionStore;
  readonly apiKeys: ApiKeyStore;
  /** What is in it stays, since no database deletes it before its time. */
  readonly auditLog: AuditLog;
  readonly migrations: MigrationStore;
  readonly pending: PendingWorkQueries;
  readonly prefixes: PrefixQueries;
  readonly rotationBatches: RotationBatches;
  readonly rotationSteps: RotationSteps;
  readonly wrappings: KeyWrappingStore;
  readonly contentKeys: ContentKeyStore;
  /** A repository whose saves meet a fault on the way to the database or on the way back. */
  postsWith(fault: "reply-lost" | "not-carried-out"): VideoPostRepository;
  tables(): Promise<string[]>;
  columns(table: string): Promise<{ readonly name: string; readonly nullable: boolean }[]>;
  /** All rows of a table by the names of its columns, in a fixed order. */
  rows(table: string): Promise<Row[]>;
};

export type Row = Readonly<Record<string, unknown>>;

/** Opens an empty database with the real migrations; the job rules are STANDARD_JOB_RULES. */
export type OpenPersistence = () => Promise<Persistence>;

/** Everything that is stored, to be compared as a whole. */
export async function dump(persistence: Persistence): Promise<Record<string, Row[]>> {
  const tables = await persistence.tables();
  return Object.fromEntries(await Promise.all(tables.map(async (table) => [table, await persistence.rows(table)])));
}

/** JSON columns are text in one database and values in another. */
export function jsonColumn(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : value;
}
