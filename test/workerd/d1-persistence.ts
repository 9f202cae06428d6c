import { STANDARD_JOB_RULES } from "../../shared/domain/transcode-job.ts";
import { d1ApiKeyStore } from "../../shared/persistence/d1/api-key-store.ts";
import { d1AuditLog } from "../../shared/persistence/d1/audit-log.ts";
import { d1ContentKeyStore } from "../../shared/persistence/d1/content-key-store.ts";
import { openDatabase } from "../../shared/persistence/d1/database.ts";
import { d1JobStore } from "../../shared/persistence/d1/job-store.ts";
import { d1KeyWrappingStore } from "../../shared/persistence/d1/key-wrapping-store.ts";
import { d1MigrationStore } from "../../shared/persistence/d1/migration-store.ts";
import { d1PendingWorkQueries } from "../../shared/persistence/d1/pending-work-queries.ts";
import { d1PrefixQueries } from "../../shared/persistence/d1/prefix-queries.ts";
import { d1RotationBatches } from "../../shared/persistence/d1/rotation-batches.ts";
import { d1RotationSteps } from "../../shared/persistence/d1/rotation-steps.ts";
import { d1SessionStore } from "../../shared/persistence/d1/session-store.ts";
import { d1TokenStore } from "../../shared/persistence/d1/token-store.ts";
import { d1VideoPostRepository } from "../../shared/persistence/d1/video-post-repository.ts";
import type { Persistence, Row } from "../contract/persistence.ts";
import { testEnv } from "./test-env.ts";

/** D1 for the contract suites: the database of this test file, emptied. */
export async function openD1Persistence(): Promise<Persistence> {
  const binding = testEnv.DB;
  const tables = await tablesOf(binding);
  await binding.batch(tables.map((table) => binding.prepare(`DELETE FROM ${table}`)));
  const db = openDatabase(binding);
  return {
    posts: d1VideoPostRepository(db, STANDARD_JOB_RULES),
    jobs: d1JobStore(db),
    tokens: d1TokenStore(db, binding),
    sessions: d1SessionStore(binding),
    apiKeys: d1ApiKeyStore(db),
    auditLog: d1AuditLog(db),
    migrations: d1MigrationStore(db),
    pending: d1PendingWorkQueries(db),
    prefixes: d1PrefixQueries(db),
    rotationBatches: d1RotationBatches(db),
    rotationSteps: d1RotationSteps(db),
    wrappings: d1KeyWrappingStore(db),
    contentKeys: d1ContentKeyStore(db),
    postsWith: (fault) => d1VideoPostRepository(openDatabase(faulty(binding, fault)), STANDARD_JOB_RULES),
    tables: () => tablesOf(binding),
    columns: async (table) => {
      const { results } = await binding.prepare(`PRAGMA table_info(${table})`).all<{ name: string; notnull: number }>();
      return results.map(({ name, notnull }) => ({ name, nullable: notnull === 0 }));
    },
    rows: async (table) => (await binding.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all<Row>()).results,
  };
}

async function tablesOf(binding: D1Database): Promise<string[]> {
  const { results } = await binding
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .all<{ name: string }>();
  return results
    .map(({ name }) => name)
    .filter((name) => /^(video_|upload_|key_rotation_|api_key$|single_key_source$)/.test(name));
}

/** The binding, but for its batches. What the database itself says comes through. */
function faulty(binding: D1Database, fault: "reply-lost" | "not-carried-out"): D1Database {
  const batch = async (statements: D1PreparedStatement[]) => {
    if (fault === "reply-lost") await binding.batch(statements);
    throw new Error("D1_ERROR: Network connection lost.");
  };
  return new Proxy(binding, {
    get(target, property) {
      if (property === "batch") return batch;
      const member = Reflect.get(target, property) as unknown;
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
