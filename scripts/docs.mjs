// npm run docs: writes the generated tables into the documents. npm run docs -- --screenshots: makes the pictures of docs/.
import { exitWith, runInForeground } from "./setup/child.mjs";
import { prepare } from "./setup/prepare.mjs";

await exitWith(async () => {
  const [first, ...others] = process.argv.slice(2);
  const screenshots = first === "--screenshots";
  const { root, node, env } = await prepare({ forTests: screenshots });
  const args = screenshots ? ["scripts/docs/screenshots/main.ts", ...others] : ["scripts/docs/main.ts"];
  return runInForeground(node, args, { cwd: root, env });
});
