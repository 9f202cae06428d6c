import { applyD1Migrations, reset } from "cloudflare:test";
import { platformIdle } from "./support/platform-calls.ts";
import { testEnv } from "./support/test-env.ts";

// One runtime serves many test files (vitest.config.ts): each starts with empty storage and the real migrations, and
// what a queue still did for the file before it is over.
await platformIdle();
await reset();
await applyD1Migrations(testEnv.DB, testEnv.TEST_MIGRATIONS);
