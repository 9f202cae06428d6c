import { mkdirSync } from "node:fs";
import type { OpenDatabase } from "./local-database.ts";
import { PLACES, ROOT } from "./places.ts";
import { Service } from "./service.ts";

// The processor stops ffmpeg and gives its job back before it ends.
const GRACE_MS = 15_000;

// wrangler.toml names the same pair for the S3 endpoint of the local buckets. They open nothing elsewhere.
const LOCAL_S3_ACCESS_KEY_ID = "local";
const LOCAL_S3_SECRET_ACCESS_KEY = "local-development-only";

export function startProcessor(
  origin: string,
  processorToken: string,
  { processorEnvironment }: OpenDatabase,
): Service {
  mkdirSync(PLACES.work, { recursive: true });
  return new Service({
    name: "The processor",
    command: process.execPath,
    args: ["--max-semi-space-size=2", "--single-threaded-gc", "cli/main.ts", "serve"],
    cwd: ROOT,
    env: {
      ...process.env,
      LADDERLOCK_URL: origin,
      PROCESSOR_TOKEN: processorToken,
      S3_ENDPOINT: `${origin}/cdn-cgi/local/r2/s3`,
      S3_REGION: "auto",
      S3_ACCESS_KEY_ID: LOCAL_S3_ACCESS_KEY_ID,
      S3_SECRET_ACCESS_KEY: LOCAL_S3_SECRET_ACCESS_KEY,
      SOURCE_BUCKET: "ladderlock-source",
      PLAYBACK_BUCKET: "ladderlock-playback",
      WORK_DIR: PLACES.work,
      ...processorEnvironment,
    },
    logFile: PLACES.processorLog,
    graceMs: GRACE_MS,
  });
}
