// npm test: lint, types and every test. npm test -- some/file: only the tests that vitest finds by these arguments.
import { existsSync } from "node:fs";
import { exitWith, runInForeground } from "./setup/child.mjs";
import { prepare } from "./setup/prepare.mjs";

const PROJECTS = ["shared", "edge", "edge/watch/client", "processor", "scripts", "test", "test/workerd", "bench"];

await exitWith(async () => {
  const { root, node, env } = await prepare({ browser: true });
  const chosen = process.argv.slice(2);
  const checks = [...(chosen.length === 0 ? staticChecks(root) : []), vitest(chosen)];
  const failed = [];
  for (const { name, program } of checks) {
    const startedAt = Date.now();
    const code = await runInForeground(
      node,
      program.map((part, index) => (index === 0 ? `${root}${part}` : part)),
      { cwd: root, env },
    );
    console.log(`${name}: ${code === 0 ? "passed" : `failed (exit code ${code})`} in ${seconds(startedAt)}`);
    if (code !== 0) failed.push({ name, code });
  }
  console.log(failed.length === 0 ? "All checks passed." : `Failed: ${failed.map(({ name }) => name).join(", ")}.`);
  return failed[0]?.code ?? 0;
});

/** @param {string} root */
function staticChecks(root) {
  const projects = PROJECTS.filter((folder) => existsSync(`${root}${folder}/tsconfig.json`));
  return [
    { name: "biome", program: ["node_modules/@biomejs/biome/bin/biome", "ci", "."] },
    ...projects.map((folder) => ({
      name: `types in ${folder}`,
      program: ["node_modules/typescript/bin/tsc", "--noEmit", "-p", folder],
    })),
  ];
}

/** @param {string[]} chosen */
function vitest(chosen) {
  return { name: "vitest", program: ["node_modules/vitest/vitest.mjs", "run", ...chosen] };
}

/** @param {number} startedAt */
function seconds(startedAt) {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}
