import { createHash } from "node:crypto";
import { join } from "node:path";
import { PLACES } from "./places.ts";

/** The database that `npm start` is asked for. */
export type DatabaseChoice =
  | { readonly kind: "d1" }
  /** An embedded server in the state folder. */
  | { readonly kind: "postgres" }
  /** A server of the user's. */
  | { readonly kind: "postgres-url"; readonly url: string };

/**
 * What belongs to one database: objects and queues without their rows would be lost, so each database has its own. The
 * name stands in the file that says what runs.
 */
export type DatabaseState = {
  readonly name: string;
  /** D1, R2, Durable Objects and Queues of the local Worker. */
  readonly workerState: string;
  /** Which films were ingested. */
  readonly ingested: string;
};

/** What the Worker and the processor need to know of the database. */
export type OpenDatabase = {
  /** The configuration of wrangler; null for wrangler.toml. */
  readonly config: string | null;
  readonly workerEnvironment: NodeJS.ProcessEnv;
  readonly processorEnvironment: NodeJS.ProcessEnv;
};

export function stateOf(choice: DatabaseChoice): DatabaseState {
  if (choice.kind === "d1") return { name: "D1", workerState: PLACES.workerState, ingested: PLACES.ingested };
  const name = choice.kind === "postgres" ? "Postgres" : `Postgres ${addressOf(choice.url)}`;
  const folder =
    choice.kind === "postgres" ? PLACES.postgres : `${PLACES.postgres}-${shortHash(addressOf(choice.url))}`;
  return { name, workerState: join(folder, "state"), ingested: join(folder, "ingested.json") };
}

/** The server and the database, without the user and the password. */
function addressOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url);
  return `${host || searchParams.get("host")}${pathname}`;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
