// npm run test:faults [-- --long --seed n]: the fault run of docs/reliability.md.
import { exitWith, runInForeground } from "./setup/child.mjs";
import { prepare } from "./setup/prepare.mjs";

await exitWith(async () => {
  const { root, node, env } = await prepare({ forTests: false });
  return runInForeground(node, ["test/faults/main.ts", ...process.argv.slice(2)], { cwd: root, env });
});
