import { withOneClient } from "../../shared/persistence/pg/clients.ts";

/** Terminates the connections of all processors to their database. Returns how many there were. */
export async function cutConnections(databaseUrl: string): Promise<number> {
  const text = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'ladderlock processor %'`;
  const options = { connectionString: databaseUrl, application_name: "fault run" };
  return (await withOneClient(options, (client) => client.query({ text }))).rows.length;
}
