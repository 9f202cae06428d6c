import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildWorker } from "../fixtures/isolates/build-worker.ts";

/** Before the tests: one build of the Worker for every stack of this run. */
export default async function setup(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "ladderlock-built-"));
  await buildWorker(directory);
  process.env.BUILT_WORKER = directory;
  return () => rm(directory, { recursive: true, force: true });
}
