import { clientPerCall } from "../../../shared/persistence/pg/clients.ts";
import { inspectD1 } from "../../inspection/d1.ts";
import { inspectPg } from "../../inspection/pg.ts";
import { testEnv } from "./test-env.ts";

const { HYPERDRIVE } = testEnv;

/** The database of the test file, for what no port shows and no code of ours does. */
export const database = HYPERDRIVE === undefined ? inspectD1(testEnv.DB) : inspectPg(inspecting(HYPERDRIVE));

export function inspecting({ connectionString }: { readonly connectionString: string }) {
  return clientPerCall({ connectionString, application_name: "inspection" });
}
