import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { afterAll } from "vitest";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { pooledClients } from "../../shared/persistence/pg/clients.ts";
import type { Connect, PgClient } from "../../shared/persistence/pg/database.ts";
import { pgPersistence } from "../../shared/persistence/pg/persistence.ts";
import type { OpenPersistence, Row } from "../contract/persistence.ts";

/** A test may have this many calls at once: none waits for another one's connection. */
const CONNECTIONS = 60;
/** A busy machine takes seconds to open all of them at once. */
const CONNECT_MS = 30_000;

/**
 * Postgres for the contract suites. `server` is the URL of a server whose database `migrated` has every migration; the
 * test file gets a copy of it, which each test finds empty.
 */
export async function openTestDatabase(
  server: string,
): Promise<{ readonly open: OpenPersistence; readonly url: string }> {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await execute(server, `CREATE DATABASE ${name} TEMPLATE migrated`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const pool = pooledClients(
    { connectionString: url, application_name: "test", max: CONNECTIONS, connectionTimeoutMillis: CONNECT_MS },
    () => {},
  );
  const connect = atMost(CONNECTIONS, pool.connect);
  afterAll(async () => {
    await pool.end();
    await execute(server, `DROP DATABASE ${name} WITH (FORCE)`);
  });
  const query = (text: string, values: readonly unknown[] = []) => connect((client) => client.query({ text, values }));
  const tables = async () => {
    const { rows } = await query(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
    );
    return rows.map((row) => String(row.name)).filter((table) => !table.startsWith("ladderlock_"));
  };
  await query(emptying(await tables()));
  const open: OpenPersistence = async () => {
    await query("SELECT test_support.empty_tables()");
    return {
      ...pgPersistence(connect, STANDARD_JOB_RULES),
      dialect: "postgres",
      postsWith: (fault) => pgPersistence(FAULTS[fault](connect), STANDARD_JOB_RULES).posts,
      again: () => pgPersistence(connect, STANDARD_JOB_RULES),
      slow: () => pgPersistence(slowed(connect), STANDARD_JOB_RULES),
      execute: async (statement) => {
        await query(statement);
      },
      tables,
      columns: async (table) => {
        const { rows } = await query(
          "SELECT column_name AS name, is_nullable AS nullable FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position",
          [table],
        );
        return rows.map(({ name: column, nullable }) => ({ name: String(column), nullable: nullable === "YES" }));
      },
      rows: async (table) => (await query(`SELECT * FROM "${table}" AS stored ORDER BY 1, stored::text`)).rows as Row[],
    };
  };
  return { open, url };
}

/**
 * A function, so that a connection plans its statements once. Outside of the schema that the tests look at; triggers
 * refuse to empty the append-only tables.
 */
function emptying(tables: readonly string[]): string {
  const deletes = tables.map((table) => `IF EXISTS (SELECT FROM "${table}") THEN DELETE FROM "${table}"; END IF;`);
  return `CREATE SCHEMA test_support;
    CREATE FUNCTION test_support.empty_tables() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS
    $$ BEGIN ${deletes.join(" ")} END $$`;
}

/** A test with more calls at once would fail only on a busy machine, where connections are slow to open. */
function atMost(most: number, connect: Connect): Connect {
  let calls = 0;
  return async (work) => {
    if (calls === most) throw new Error(`the test has more than ${most} calls of the database at once`);
    calls += 1;
    try {
      return await connect(work);
    } finally {
      calls -= 1;
    }
  };
}

async function execute(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

const NETWORK_LOST = new Error("Connection terminated unexpectedly");

/** The first transaction meets the fault; a look afterwards, as after any lost reply, does not. */
const FAULTS = {
  "not-carried-out": (connect: Connect): Connect => once(connect, () => () => Promise.reject(NETWORK_LOST)),
  "reply-lost": (connect: Connect): Connect =>
    once(connect, (client) => async (query) => {
      const result = await client.query(query);
      if (query.text === "COMMIT") throw NETWORK_LOST;
      return result;
    }),
};

function once(connect: Connect, query: (client: PgClient) => PgClient["query"]): Connect {
  let isMet = false;
  return (work) =>
    connect((client) => {
      if (isMet) return work(client);
      isMet = true;
      return work({ query: query(client) });
    });
}

const PAUSE_MS = 15;

function slowed(connect: Connect): Connect {
  return (work) =>
    connect((client) => {
      let before: Promise<unknown> = Promise.resolve();
      const query: PgClient["query"] = (statement) => {
        const answer = before.then(() => setTimeout(PAUSE_MS)).then(() => client.query(statement));
        before = answer.catch(() => {});
        return answer;
      };
      return work({ query });
    });
}
