import { describe } from "vitest";
import { describePersistence } from "../contract/describe-persistence.ts";
import { openTestDatabase } from "./pg-persistence.ts";

/** Every contract suite on a server; skipped by name where the machine has none. */
export async function describeOnPostgres(name: string, server: string): Promise<void> {
  if (server !== "") return describePersistence(name, (await openTestDatabase(server)).open);
  const noServer = () => Promise.reject(new Error("no server"));
  describe.skip(name, () => describePersistence("the contract suites", noServer));
}
