// npm run docs: writes the generated tables into the documents.
import { exitWith, runInForeground } from "./setup/child.mjs";
import { prepare } from "./setup/prepare.mjs";

await exitWith(async () => {
  const { root, node, env } = await prepare({ forTests: false });
  return runInForeground(node, ["scripts/docs/main.ts"], { cwd: root, env });
});
