import type { Persistence } from "../../../shared/application/persistence.ts";
import { STANDARD_JOB_RULES } from "../../../shared/domain/job/transcode-job.ts";
import { d1Persistence } from "../../../shared/persistence/d1/persistence.ts";
import { clientPerCall } from "../../../shared/persistence/pg/clients.ts";
import { pgPersistence } from "../../../shared/persistence/pg/persistence.ts";
import { type Operations, operationsOn } from "../operations.ts";

type Env = { readonly DB: D1Database; readonly HYPERDRIVE: Hyperdrive };

const PERSISTENCES: Record<string, (env: Env) => Persistence> = {
  d1: ({ DB }) => d1Persistence(DB, STANDARD_JOB_RULES),
  postgres: ({ HYPERDRIVE: { connectionString } }) =>
    pgPersistence(clientPerCall({ connectionString, application_name: "bench" }), STANDARD_JOB_RULES),
};
/** Wired once, as in the Worker of a deployment. */
const wired = new Map<string, Operations>();

/** POST /<database>/<operation> with the argument as JSON. */
export default {
  async fetch(request, env) {
    const [, database = "", operation = ""] = new URL(request.url).pathname.split("/");
    const operations = wired.get(database) ?? operationsOn(PERSISTENCES[database]!(env));
    wired.set(database, operations);
    const run = Reflect.get(operations, operation) as (argument: unknown) => Promise<unknown>;
    return Response.json(await run(await request.json()));
  },
} satisfies ExportedHandler<Env>;
