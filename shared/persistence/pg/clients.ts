import { Client, Pool, types } from "pg";
import type { Connect, PgClient } from "./database.ts";

const BIGINT = 20;
const CONNECT_MS = 5_000;
const QUERY_MS = 10_000;
/** A connection that takes longer to close is left to the platform. */
const CLOSE_MS = 250;

export type ClientOptions = {
  readonly connectionString: string;
  /** Shown in `pg_stat_activity`. */
  readonly application_name: string;
  /** How long a call waits for a connection. */
  readonly connectionTimeoutMillis?: number;
};

/** What every client of this package is made with; `onError` learns of failures while no statement is under way. */
export function clientConfig(options: ClientOptions) {
  return {
    connectionTimeoutMillis: CONNECT_MS,
    ...options,
    // Statements are sent without waiting for the answers to earlier ones.
    pipeline: true,
    query_timeout: QUERY_MS,
    types: { getTypeParser: parserOf },
  };
}

/** A client for each call, as a Worker needs it: a socket belongs to the request that opened it. */
export function clientPerCall(options: ClientOptions): Connect {
  return async (work) => {
    const client = new Client(clientConfig(options));
    // Ending a client on Workers emits an error each time. A failure during a statement rejects the statement.
    client.on("error", () => {});
    let isDone = false;
    try {
      // A server keeps a connection that was not authenticated, and waits for it when it drops a database.
      await client.connect();
      const result = await work(client);
      isDone = true;
      return result;
    } finally {
      const closed = client.end().catch(() => {});
      // Else the connection of the next call would be one more of the few that an invocation may have open.
      if (isDone) await withinTime(closed, CLOSE_MS);
    }
  };
}

async function withinTime(work: Promise<void>, ms: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, late]);
  clearTimeout(timer);
}

/**
 * One connection for all of `work`, each statement after the answer to the one before. Statements may take as long as
 * they need.
 */
export async function withOneClient<T>(options: ClientOptions, work: (client: PgClient) => Promise<T>): Promise<T> {
  const client = new Client({ ...clientConfig(options), pipeline: false, query_timeout: 0 });
  // A failure during a statement rejects the statement.
  client.on("error", () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

export type PooledClients = { readonly connect: Connect; readonly end: () => Promise<void> };

/** A pool for a process that lives long. `onError` learns of a connection that failed while it was idle. */
export function pooledClients(
  options: ClientOptions & { readonly max: number },
  onError: (error: Error) => void,
): PooledClients {
  const pool = new Pool({ ...clientConfig(options), max: options.max, keepAlive: true });
  pool.on("error", onError);
  // The pool hears clients that are idle. One that fails at work rejects its statement, and would end the process too.
  pool.on("connect", (client) => client.on("error", () => {}));
  return {
    connect: async (work) => {
      const client = await pool.connect();
      let failure: unknown;
      try {
        return await work(client);
      } catch (error) {
        failure = error;
        throw error;
      } finally {
        // A statement that Postgres refused leaves the connection usable; anything else may not.
        client.release(failure instanceof Error && !("severity" in failure));
      }
    },
    end: () => pool.end(),
  };
}

/** node-postgres gives bigint as text, since it may exceed what a number holds exactly. */
function parserOf(oid: number, format?: "text" | "binary") {
  return oid === BIGINT && format !== "binary" ? exactNumber : types.getTypeParser(oid, format as "text");
}

export class InexactInteger extends Error {
  override readonly name = "InexactInteger";

  constructor(text: string) {
    super(`${text} is beyond the integers that a number holds exactly`);
  }
}

function exactNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InexactInteger(text);
  return value;
}
