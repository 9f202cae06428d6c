import { fileURLToPath } from "node:url";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { configDefaults, defineConfig } from "vitest/config";
import { TEST_SECRETS } from "./test/e2e/test-secrets.ts";

const root = fileURLToPath(new URL(".", import.meta.url));

const WORKERD = "test/workerd/**/*.test.ts";
const END_TO_END = ["test/e2e/**/*.test.ts", "test/browser/**/*.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          environment: "node",
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
                TEST_MIGRATIONS: await readD1Migrations(`${root}migrations/d1`),
              },
            },
          })),
        ],
        test: {
          name: "workerd",
          include: [WORKERD],
          setupFiles: ["test/workerd/apply-migrations.ts"],
        },
      },
      {
        test: {
          name: "e2e",
          environment: "node",
          include: END_TO_END,
          // Real ffmpeg, real browsers, on machines that may have two cores: one at a time, and with patience.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
