import { fileURLToPath } from "node:url";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { configDefaults, defineConfig } from "vitest/config";
import { TEST_SECRETS } from "./test/e2e/test-secrets.ts";

const root = fileURLToPath(new URL(".", import.meta.url));

const WORKERD = "test/workerd/**/*.test.ts";
const MEDIA = ["test/e2e/matrix/**/*.test.ts", "test/e2e/{input-matrix,real-clips}.test.ts"];
const END_TO_END = ["test/{e2e,browser,players}/**/*.test.ts"];

/** Nothing here is a timed test: what takes a second alone may take twenty beside everything else on two cores. */
const SLOW_MACHINE_MS = 60_000;

const CONVERSION_MS = 180_000;

/** The default of `expect.poll` is one second, which a browser on a busy machine exceeds. */
const POLLING = { poll: { timeout: 30_000 } };

export default defineConfig({
  test: {
    // Vitest's default leaves one processor free, which on two processors halves the speed.
    maxWorkers: "100%",
    reporters: ["default", "./test/untried-tests.ts"],
    projects: [
      {
        test: {
          name: "unit",
          environment: "node",
          testTimeout: SLOW_MACHINE_MS,
          hookTimeout: SLOW_MACHINE_MS,
          expect: POLLING,
          include: ["{shared,edge,processor,scripts,test}/**/*.test.ts"],
          exclude: [...configDefaults.exclude, WORKERD, ...END_TO_END],
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: `${root}wrangler.toml` },
            remoteBindings: false,
            miniflare: {
              bindings: {
                ...TEST_SECRETS,
                // Which damage test/workerd/http/fuzz.test.ts does to its requests.
                FUZZ_SEED: process.env.FUZZ_SEED ?? "",
                FUZZ_CASE: process.env.FUZZ_CASE ?? "",
                TEST_MIGRATIONS: await readD1Migrations(`${root}migrations/d1`),
              },
            },
          })),
        ],
        test: {
          name: "workerd",
          include: [WORKERD],
          globalSetup: ["test/workerd/build-assets.mjs"],
          setupFiles: ["test/workerd/enforce-d1-limits.ts", "test/workerd/apply-migrations.ts"],
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
          include: END_TO_END,
          exclude: [...configDefaults.exclude, ...MEDIA],
          // Servers, browsers and players in real time: one file at a time.
          fileParallelism: false,
          testTimeout: CONVERSION_MS,
          hookTimeout: CONVERSION_MS,
          expect: POLLING,
        },
      },
    ],
  },
});
