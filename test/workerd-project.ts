import { fileURLToPath } from "node:url";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { configDefaults, type TestProjectInlineConfiguration } from "vitest/config";
import { TEST_SECRETS } from "./e2e/test-secrets.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Tests of D1 itself, with the reason why Postgres has no use for them. */
const OF_D1: Readonly<Record<string, string>> = {
  "database/d1-audit-log": "triggers and plans of SQLite; test/contract has what both databases keep",
  "database/d1-contract": "test/postgres runs the contract suites on Postgres",
  "database/d1-limits": "limits of D1",
  "database/d1-migrations": "migrations from releases that had no Postgres",
  "database/list-plans": "plans of SQLite; test/postgres/list-plans.test.ts has those of Postgres",
  "database/other-list-plans": "plans of SQLite",
  "database/overview-plans": "plans of SQLite; test/postgres/overview-plans.test.ts has those of Postgres",
  "encoder/writes-of-a-job": "rows that Cloudflare bills",
  "internal/scheduled-statements": "a limit of D1: the statements of one invocation",
};

type Common = Pick<NonNullable<TestProjectInlineConfiguration["test"]>, "testTimeout" | "hookTimeout" | "expect">;

/**
 * The tests of the Worker inside workerd. On Postgres the bindings have a Hyperdrive too, whose local form is a pipe to
 * a pooler; test/workerd/support/test-env.ts leaves out D1.
 */
export function workerdProject(database: "d1" | "postgres", common: Common): TestProjectInlineConfiguration {
  const onPostgres = database === "postgres";
  return {
    plugins: [
      cloudflareTest(async ({ inject }) => ({
        wrangler: { configPath: `${ROOT}wrangler.toml` },
        remoteBindings: false,
        miniflare: {
          ...(onPostgres ? { hyperdrives: { HYPERDRIVE: inject("postgresPooled") } } : {}),
          ...(await miniflareOptions()),
        },
      })),
    ],
    test: {
      ...common,
      name: onPostgres ? "workerd-pg" : "workerd",
      include: ["test/workerd/**/*.test.ts"],
      exclude: [...configDefaults.exclude, ...(onPostgres ? notOnPostgres() : [])],
      globalSetup: [
        "test/workerd/build-assets.mjs",
        "test/fixtures/webhook-site-setup.ts",
        ...(onPostgres ? ["test/postgres/servers.ts"] : []),
      ],
      // Starting workerd and loading the Worker costs more than most files; apply-migrations.ts empties the storage.
      isolate: false,
      setupFiles: [
        onPostgres ? "test/workerd/empty-postgres.ts" : "test/workerd/enforce-d1-limits.ts",
        "test/workerd/apply-migrations.ts",
        "test/workerd/refuse-internal-ids.ts",
      ],
    },
  };
}

function notOnPostgres(): string[] {
  return Object.keys(OF_D1).map((name) => `test/workerd/${name}.test.ts`);
}

async function miniflareOptions() {
  return {
    // As in wrangler.toml, but for the seconds that a message waits for others.
    queueConsumers: {
      "ladderlock-delete-objects": {
        ...{ maxBatchSize: 10, maxBatchTimeout: 1, maxRetries: 10 },
        deadLetterQueue: "ladderlock-delete-objects-failed",
      },
      "ladderlock-audit-events": {
        ...{ maxBatchSize: 100, maxBatchTimeout: 1, maxRetries: 100 },
        deadLetterQueue: "ladderlock-audit-events-failed",
      },
      "ladderlock-webhooks": { maxBatchSize: 6, maxBatchTimeout: 1, maxRetries: 10 },
    },
    bindings: {
      ...TEST_SECRETS,
      // As in test/workerd/support/test-env.ts.
      GATE_LOCATION_COPIES: "off",
      // Which damage test/workerd/http/fuzz.test.ts does to its requests.
      FUZZ_SEED: process.env.FUZZ_SEED ?? "",
      FUZZ_CASE: process.env.FUZZ_CASE ?? "",
      LONG_TESTS: process.env.LONG_TESTS ?? "",
      TEST_MIGRATIONS: await readD1Migrations(`${ROOT}migrations/d1`),
    },
  };
}
