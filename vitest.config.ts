import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { configDefaults, defineConfig } from "vitest/config";
import { TEST_SECRETS } from "./test/e2e/test-secrets.ts";
import SlowFilesFirst from "./test/slow-files-first.ts";

const root = fileURLToPath(new URL(".", import.meta.url));

const WORKERD = "test/workerd/**/*.test.ts";
const MEDIA = ["test/e2e/matrix/**/*.test.ts", "test/e2e/{input-matrix,real-clips}.test.ts"];
const POSTGRES = "test/postgres/**/*.test.ts";
const END_TO_END = ["test/{e2e,browser,players}/**/*.test.ts"];

/** Nothing here is a timed test: what takes a second alone may take twenty beside everything else on two cores. */
const SLOW_MACHINE_MS = 60_000;

const CONVERSION_MS = 180_000;

/** The default of `expect.poll` is one second, which a browser on a busy machine exceeds. */
const POLLING = { poll: { timeout: 30_000 } };

export default defineConfig({
  // The plugin resolves CommonJS dependencies without the condition "workerd", which is where pg-cloudflare has its socket.
  resolve: { alias: { "pg-cloudflare": `${root}node_modules/pg-cloudflare/dist/index.js` } },
  test: {
    // One more than there are processors, since files wait for processes, players and leases. Of more, browsers starve.
    maxWorkers: availableParallelism() + 1,
    reporters: ["default", "./test/untried-tests.ts"],
    sequence: { sequencer: SlowFilesFirst },
    projects: [
      {
        test: {
          name: "unit",
          environment: "node",
          isolate: false,
          testTimeout: SLOW_MACHINE_MS,
          hookTimeout: SLOW_MACHINE_MS,
          expect: POLLING,
          include: ["{shared,edge,processor,cli,scripts,test}/**/*.test.ts"],
          exclude: [...configDefaults.exclude, WORKERD, POSTGRES, ...END_TO_END],
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: `${root}wrangler.toml` },
            remoteBindings: false,
            miniflare: {
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
                TEST_MIGRATIONS: await readD1Migrations(`${root}migrations/d1`),
              },
            },
          })),
        ],
        test: {
          name: "workerd",
          include: [WORKERD],
          globalSetup: ["test/workerd/build-assets.mjs", "test/fixtures/webhook-site-setup.ts"],
          // Starting workerd and loading the Worker costs more than most files; apply-migrations.ts empties the storage.
          isolate: false,
          setupFiles: [
            "test/workerd/enforce-d1-limits.ts",
            "test/workerd/apply-migrations.ts",
            "test/workerd/refuse-internal-ids.ts",
          ],
          testTimeout: SLOW_MACHINE_MS,
          hookTimeout: SLOW_MACHINE_MS,
          expect: POLLING,
        },
      },
      {
        test: {
          name: "postgres",
          environment: "node",
          isolate: false,
          include: [POSTGRES],
          globalSetup: ["test/postgres/servers.ts"],
          testTimeout: SLOW_MACHINE_MS,
          hookTimeout: SLOW_MACHINE_MS,
          expect: POLLING,
        },
      },
      {
        test: {
          // Files through the processor's own steps: ffmpeg, but no server and no browser, so several at a time.
          name: "media",
          environment: "node",
          isolate: false,
          include: MEDIA,
          testTimeout: CONVERSION_MS,
          hookTimeout: CONVERSION_MS,
          expect: POLLING,
        },
      },
      {
        test: {
          name: "e2e",
          environment: "node",
          // Loading miniflare takes a second of a processor.
          isolate: false,
          globalSetup: ["test/e2e/build-worker.ts"],
          include: END_TO_END,
          exclude: [...configDefaults.exclude, ...MEDIA],
          // After the others, which leave players too little of a processor.
          sequence: { groupOrder: 1 },
          testTimeout: 2 * CONVERSION_MS,
          hookTimeout: 2 * CONVERSION_MS,
          expect: POLLING,
        },
      },
    ],
  },
});
