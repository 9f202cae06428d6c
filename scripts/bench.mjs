// npm run bench [-- arguments]: the benchmarks of docs/benchmarks.md.
import { exitWith, runInForeground } from "./setup/child.mjs";
import { prepare } from "./setup/prepare.mjs";

await exitWith(async () => {
  const { root, node, env } = await prepare({ forTests: false });
  return runInForeground(node, ["bench/main.ts", ...process.argv.slice(2)], { cwd: root, env });
});
