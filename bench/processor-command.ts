import { readFileSync } from "node:fs";
import { join } from "node:path";

/** How the Dockerfile starts the processor, with this Node. */
export function processorCommand(...args: readonly string[]): string[] {
  const dockerfile = readFileSync(join(import.meta.dirname, "../Dockerfile"), "utf8");
  const entryPoint: string[] = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1] ?? "[]");
  if (entryPoint[0] !== "node") throw new Error("the Dockerfile does not start Node");
  return [process.execPath, ...entryPoint.slice(1), ...args];
}
