import { withOneClient } from "../../shared/persistence/pg/clients.ts";
import type { PgClient } from "../../shared/persistence/pg/database.ts";

export type Postgres = { readonly url: string };

/** One connection for the whole command; what it has not committed ends with it. */
export function withPostgres<T>({ url }: Postgres, work: (client: PgClient) => Promise<T>): Promise<T> {
  return withOneClient({ connectionString: url, application_name: "ladderlock database" }, work);
}
