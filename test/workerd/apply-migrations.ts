import { applyD1Migrations } from "cloudflare:test";
import { testEnv } from "./support/test-env.ts";

// The real migrations, before each test file: every file has its own database.
await applyD1Migrations(testEnv.DB, testEnv.TEST_MIGRATIONS);
