// npm run aws-batch -- setup: sets up AWS Batch for launches. See infra/aws-batch/README.md.
import { exitWith, runInForeground } from "./setup/child.mjs";
import { prepare } from "./setup/prepare.mjs";

await exitWith(async () => {
  const { root, node, env } = await prepare({ forTests: false });
  return runInForeground(node, ["infra/aws-batch/main.ts", ...process.argv.slice(2)], { cwd: root, env });
});
