import { applyD1Migrations, reset } from "cloudflare:test";
import { platformIdle } from "./support/platform-calls.ts";
import { isOnPostgres, testEnv } from "./support/test-env.ts";

const RESETS = 20;

// One runtime serves many test files (vitest.config.ts): each starts with empty storage and D1's migrations, and
// what a queue still did for the file before it is over.
await platformIdle();
await emptyStorage();
if (!isOnPostgres) await applyD1Migrations(testEnv.DB, testEnv.TEST_MIGRATIONS);

/** A reset may leave a database as it is that was busy at that moment. */
async function emptyStorage(): Promise<void> {
  for (let resets = 0; resets < RESETS; resets++) {
    await reset();
    if ((isOnPostgres ? 0 : await tables()) + (await objects(testEnv.SOURCE)) + (await objects(testEnv.PLAYBACK)) === 0)
      return;
  }
  throw new Error(`the storage is not empty after ${RESETS} resets`);
}

async function tables(): Promise<number> {
  const query = "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'";
  return (await testEnv.DB.prepare(query).first<{ n: number }>())!.n;
}

async function objects(bucket: R2Bucket): Promise<number> {
  return (await bucket.list({ limit: 1 })).objects.length;
}
