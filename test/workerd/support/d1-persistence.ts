import { STANDARD_JOB_RULES } from "../../../shared/domain/job/transcode-job.ts";
import { d1Persistence } from "../../../shared/persistence/d1/persistence.ts";
import type { Row, TestPersistence } from "../../contract/persistence.ts";
import { losesReply, NETWORK_LOST, onBatches, throws } from "./faults.ts";
import { faultyD1 } from "./faulty-d1.ts";
import { testEnv } from "./test-env.ts";

const FAULTS = { "reply-lost": losesReply, "not-carried-out": throws(NETWORK_LOST) };

/** D1 for the contract suites: the database of this test file, emptied. */
export async function openD1Persistence(): Promise<TestPersistence> {
  const binding = testEnv.DB;
  const emptied = await filledTables(binding);
  if (emptied.length > 0) await binding.batch(emptied.map((table) => binding.prepare(`DELETE FROM ${table}`)));
  return {
    ...d1Persistence(binding, STANDARD_JOB_RULES),
    dialect: "sqlite",
    postsWith: (fault) => d1Persistence(faultyD1(binding, onBatches(FAULTS[fault])).db, STANDARD_JOB_RULES).posts,
    again: () => d1Persistence(binding, STANDARD_JOB_RULES),
    // D1 carries out a batch in one piece.
    slow: () => d1Persistence(binding, STANDARD_JOB_RULES),
    execute: async (statement) => {
      await binding.prepare(statement).run();
    },
    tables: () => tablesOf(binding),
    columns: (table) => columnsOf(binding, table),
    rows: async (table) => {
      const names = (await columnsOf(binding, table)).map(({ name }) => `"${name}"`);
      return (await binding.prepare(`SELECT * FROM ${table} ORDER BY ${names.join(", ")}`).all<Row>()).results;
    },
  };
}

async function columnsOf(binding: D1Database, table: string) {
  const { results } = await binding.prepare(`PRAGMA table_info(${table})`).all<{ name: string; notnull: number }>();
  return results.map(({ name, notnull }) => ({ name, nullable: notnull === 0 }));
}

/** Of those that can be emptied. A test fills a few of thirty. */
async function filledTables(binding: D1Database): Promise<string[]> {
  const tables = (await tablesOf(binding)).filter((table) => !APPEND_ONLY.includes(table));
  const columns = tables.map((table) => `EXISTS (SELECT 1 FROM ${table}) AS ${table}`);
  const filled = await binding.prepare(`SELECT ${columns.join(", ")}`).first<Record<string, number>>();
  return tables.filter((table) => filled?.[table] === 1);
}

const APPEND_ONLY: readonly string[] = ["audit_event", "author_reward"];

async function tablesOf(binding: D1Database): Promise<string[]> {
  const { results } = await binding
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .all<{ name: string }>();
  return results.map(({ name }) => name).filter((name) => !/^(sqlite_|_cf_|d1_)/.test(name));
}
