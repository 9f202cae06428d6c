// npm start [-- file or URL]: the whole of ladderlock on this machine.
import { exitWith, runInForeground } from "./setup/child.mjs";
import { prepare } from "./setup/prepare.mjs";

await exitWith(async () => {
  const { root, node, env } = await prepare({ forTests: false });
  return runInForeground(node, ["scripts/dev/start.ts", ...process.argv.slice(2)], { cwd: root, env, channel: true });
});
