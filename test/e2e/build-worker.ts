import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleProgram } from "../../scripts/build/program.mjs";
import { buildWorker } from "../fixtures/isolates/build-worker.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Before the tests: one build of the Worker for every stack of this run, and one of the program for every processor. */
export default async function setup(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "ladderlock-built-"));
  const [worker, program] = [join(directory, "worker"), join(directory, "program")];
  await Promise.all([buildWorker(worker), buildProgram(program)]);
  Object.assign(process.env, { BUILT_WORKER: worker, BUILT_PROGRAM: join(program, "dist/ladderlock.js") });
  return () => rm(directory, { recursive: true, force: true });
}

/** As in the package: its package.json lies above it. */
async function buildProgram(directory: string): Promise<void> {
  await bundleProgram(join(directory, "dist"));
  await cp(join(ROOT, "package.json"), join(directory, "package.json"));
}
