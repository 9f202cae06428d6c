// npm test: lint, types and every test. npm test -- some/file: only the tests that vitest finds by these arguments.
// npm test -- --db=postgres: the tests of the Worker and of the whole system, and the fault run, on Postgres.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, relative } from "node:path";
import { exitWith, runInForeground } from "./setup/child.mjs";
import { makeMemoryFolder } from "./setup/memory-folder.mjs";
import { prepare } from "./setup/prepare.mjs";
import { chooseTestDatabase, requirePostgres } from "./setup/test-database.mjs";

const CLIPS_KEPT_MS = 30 * 24 * 3_600_000;
const FAULT_RUN = { name: "fault run", script: "test/faults/main.ts", args: ["--db=postgres"] };

await exitWith(async () => {
  const { onPostgres, others: chosen } = chooseTestDatabase(process.argv.slice(2));
  const memory = process.env.TMPDIR === undefined ? makeMemoryFolder() : null;
  try {
    return await runTests({ onPostgres, chosen, temporary: memory === null ? {} : { TMPDIR: memory.path } });
  } finally {
    memory?.remove();
  }
});

/**
 * @param {{ onPostgres: boolean, chosen: string[], temporary: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>}
 */
async function runTests({ onPostgres, chosen, temporary }) {
  /** @type {{ name: string, code: number }[]} */
  const failed = [];
  /**
   * @param {{ root: string, node: string, env: NodeJS.ProcessEnv }} prepared
   * @param {{ name: string, script: string, args: string[] }} check
   */
  const run = async ({ root, node, env }, { name, script, args }) => {
    const startedAt = Date.now();
    const code = await runInForeground(node, [join(root, script), ...args], { cwd: root, env });
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    console.log(`${name}: ${code === 0 ? "passed" : `failed (exit code ${code})`} in ${seconds} s`);
    if (code !== 0) failed.push({ name, code });
  };
  const isWhole = chosen.length === 0;
  // They need the packages alone, and run while programs are still being fetched.
  let checks = Promise.resolve();
  const prepared = await prepare({
    forTests: true,
    onPackages: ({ root, node }) => {
      if (!isWhole || onPostgres) return;
      const left = staticChecks(root);
      const next = async () => {
        for (let check = left.shift(); check !== undefined; check = left.shift()) {
          await run({ root, node, env: process.env }, check);
        }
      };
      checks = Promise.all(Array.from({ length: availableParallelism() }, next)).then(() => {});
    },
  });
  await checks;
  if (onPostgres) requirePostgres(prepared.env);
  const { root } = prepared;
  const untriedFile = join(root, ".ladderlock/untried-tests");
  const env = {
    ...prepared.env,
    ...temporary,
    UNTRIED_TESTS_FILE: untriedFile,
    // The tests start a hundred processors and Workers, each of which would compile the same modules.
    NODE_COMPILE_CACHE: join(root, ".ladderlock/compile-cache"),
    TEST_DATABASE: onPostgres ? "postgres" : "d1",
  };
  mkdirSync(dirname(untriedFile), { recursive: true });
  rmSync(untriedFile, { force: true });
  forgetClips(join(root, ".ladderlock/clips"));
  if (isWhole && onPostgres) await run({ ...prepared, env }, FAULT_RUN);
  await run({ ...prepared, env }, vitest(chosen));
  const result = failed.length === 0 ? "All checks passed." : `Failed: ${failed.map(({ name }) => name).join(", ")}.`;
  console.log(`${result} ${untried(untriedFile)}`);
  return failed[0]?.code ?? 0;
}

/**
 * Deletes the clips of test/fixtures/media/kept-clips.ts that no run has used for a month.
 *
 * @param {string} folder
 */
function forgetClips(folder) {
  if (!existsSync(folder)) return;
  for (const path of readdirSync(folder).map((name) => join(folder, name))) {
    if (statSync(path).mtimeMs < Date.now() - CLIPS_KEPT_MS) rmSync(path, { force: true });
  }
}

/**
 * What this machine could not try, as the reporter in test/untried-tests.ts wrote it.
 *
 * @param {string} file
 */
function untried(file) {
  const groups = existsSync(file) ? readFileSync(file, "utf8") : "";
  return groups === "" ? "No test was skipped." : `Not tried here: ${groups.split("\n").join("; ")}.`;
}

/** @param {string} root */
function staticChecks(root) {
  // What has not changed since the last run is not checked again. Of several threads, each checks the shared types too.
  const known = (/** @type {string} */ folder) =>
    join(root, ".ladderlock/types", `${folder.replaceAll("/", "-")}.json`);
  const types = typeScriptProjects(root).map((folder) => ({
    name: `types in ${folder}`,
    script: "node_modules/typescript/bin/tsc",
    args: ["--noEmit", "-p", folder, "--singleThreaded", "--incremental", "--tsBuildInfoFile", known(folder)],
  }));
  return [{ name: "biome", script: "node_modules/@biomejs/biome/bin/biome", args: ["ci", "."] }, ...types];
}

/** @param {string[]} chosen */
function vitest(chosen) {
  return { name: "vitest", script: "node_modules/vitest/vitest.mjs", args: ["run", ...chosen] };
}

/**
 * The folders that have their own tsconfig.json; the one at the top is only what they build on.
 *
 * @param {string} root
 */
function typeScriptProjects(root) {
  const tops = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules")
    .map((entry) => join(root, entry.name));
  return tops
    .flatMap((top) => readdirSync(top, { recursive: true, encoding: "utf8" }).map((name) => join(top, name)))
    .filter((path) => path.endsWith("/tsconfig.json") && !path.includes("/node_modules/"))
    .map((path) => relative(root, dirname(path)))
    .sort();
}
