import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import SlowFilesFirst from "./test/slow-files-first.ts";
import { workerdProject } from "./test/workerd-project.ts";

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

/** End-to-end tests that name their databases themselves, with the reason why a run on Postgres has no use for them. */
const ON_D1_ANYWAY: Readonly<Record<string, string>> = {
  "e2e/deployment":
    "bundles wrangler.toml, a deployment with D1; test/e2e/postgres-deployment.test.ts has one with Postgres",
  "e2e/dockerfile": "builds the image, which is the same for both databases",
  "e2e/database-move": "moves a deployment from D1 to Postgres and back, whatever the run is on",
};

/** With TEST_DATABASE=postgres, which `npm test -- --db=postgres` sets: the suites of the whole system, on Postgres. */
const isOnPostgres = process.env.TEST_DATABASE === "postgres";

const testFiles = (reasons: Readonly<Record<string, string>>) =>
  Object.keys(reasons).map((name) => `test/${name}.test.ts`);

const SLOW = { testTimeout: SLOW_MACHINE_MS, hookTimeout: SLOW_MACHINE_MS, expect: POLLING };

/** A Worker connects to Postgres for each of its calls, which costs more of a processor than a statement of D1. */
const SLOWER = { testTimeout: 3 * SLOW_MACHINE_MS, hookTimeout: 3 * SLOW_MACHINE_MS, expect: POLLING };

const E2E_PROJECT = {
  test: {
    name: "e2e",
    environment: "node",
    // Loading miniflare takes a second of a processor.
    isolate: false,
    globalSetup: ["test/e2e/build-worker.ts", "test/e2e/provide-postgres.ts"],
    include: END_TO_END,
    exclude: [...configDefaults.exclude, ...MEDIA, ...(isOnPostgres ? testFiles(ON_D1_ANYWAY) : [])],
    // After the others, which leave players too little of a processor.
    sequence: { groupOrder: 1 },
    testTimeout: 2 * CONVERSION_MS,
    hookTimeout: 2 * CONVERSION_MS,
    expect: POLLING,
  },
} satisfies TestProjectInlineConfiguration;

export default defineConfig({
  // The plugin resolves CommonJS dependencies without the condition "workerd", which is where pg-cloudflare has its socket.
  resolve: { alias: { "pg-cloudflare": `${root}node_modules/pg-cloudflare/dist/index.js` } },
  test: {
    // One more than there are processors, since files wait for processes, players and leases. Of more, browsers starve.
    maxWorkers: availableParallelism() + 1,
    reporters: ["default", "./test/untried-tests.ts"],
    sequence: { sequencer: SlowFilesFirst },
    projects: isOnPostgres
      ? [workerdProject("postgres", SLOWER), E2E_PROJECT]
      : [
          {
            test: {
              name: "unit",
              environment: "node",
              isolate: false,
              testTimeout: SLOW_MACHINE_MS,
              hookTimeout: SLOW_MACHINE_MS,
              expect: POLLING,
              include: ["{shared,console,player,edge,processor,cli,scripts,infra,test}/**/*.test.ts"],
              exclude: [...configDefaults.exclude, WORKERD, POSTGRES, ...END_TO_END],
            },
          },
          workerdProject("d1", SLOW),
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
          E2E_PROJECT,
        ],
  },
});
