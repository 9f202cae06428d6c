import type { Connect, PgClient } from "./database.ts";
import { IncompleteAnswer } from "./database-errors.ts";

/** The connection could not be made, or failed with a statement under way, whose effect is then unknown. */
export class ConnectionFault extends Error {
  override readonly name = "ConnectionFault";

  constructor(cause: unknown) {
    super("the connection to the database failed", { cause });
  }
}

/** The same clients, whose failures are of Postgres (with an SQLSTATE) or a ConnectionFault. */
export function namingFaults(connect: Connect): Connect {
  return async (work) => {
    let isConnected = false;
    try {
      return await connect((client) => {
        isConnected = true;
        return work({ query: (query) => client.query(query).catch(rethrowNamed) } satisfies PgClient);
      });
    } catch (error) {
      if (isConnected) throw error;
      return rethrowNamed(error);
    }
  };
}

function rethrowNamed(error: unknown): never {
  throw sqlState(error) === null ? new ConnectionFault(error) : error;
}

/** Of an error that Postgres has sent; errors of the network have a code too, but no severity. */
function sqlState(error: unknown): string | null {
  return error instanceof Error && "severity" in error && "code" in error ? String(error.code) : null;
}

/**
 * Connection exceptions, transactions ended for another one, too many connections, no memory or disk, a lock or a time
 * limit (25P03 and 25P04 of a transaction), and a server that ends, starts, or is a standby for the moment.
 */
const PASSING = /^(08...|40...|53...|57P0[1-3]|25006|25P0[34]|55P03|57014)$/;
/** The login, the database, the permissions or the tables are not those that this release needs. */
const REFUSED = /^(28|3D|3F|42)/;

/** passing: the same call may succeed later. refused: the database is not fit for it. other: no matter of the database. */
export function kindOfFault(error: unknown): "passing" | "refused" | "other" {
  if (error instanceof AggregateError) {
    const kinds = error.errors.map(kindOfFault);
    return kinds.every((kind) => kind === kinds[0]) ? (kinds[0] ?? "other") : "other";
  }
  if (error instanceof ConnectionFault || error instanceof IncompleteAnswer) return "passing";
  const state = sqlState(error);
  if (state !== null) return PASSING.test(state) ? "passing" : REFUSED.test(state) ? "refused" : "other";
  return error instanceof Error && error.cause !== undefined ? kindOfFault(error.cause) : "other";
}
