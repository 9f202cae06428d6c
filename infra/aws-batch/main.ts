// npm run aws-batch: sets up, verifies and removes what launches on AWS Batch need. See README.md of this folder.
import { setTimeout as sleep } from "node:timers/promises";
import { sentenceOf } from "./aws-error.ts";
import { createClients } from "./clients.ts";
import { readOptions } from "./options.ts";
import { perform } from "./perform.ts";

const waiting = { pauseMs: 5_000, longestMs: 15 * 60_000, now: Date.now, sleep };

try {
  const asked = readOptions(process.argv.slice(2), process.env);
  process.exitCode = await perform(asked, createClients({ region: asked.plan.region }), waiting, console.log);
} catch (error) {
  console.error(sentenceOf(error));
  process.exitCode = 1;
}
