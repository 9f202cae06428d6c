import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The way of Workers to a server, by a pooler in its own process: that of vitest is busy at times. */
export type PooledServer = { readonly url: string; stop(): Promise<void> };

export async function startPooledServer(server: string): Promise<PooledServer> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "pooler-process.ts"), server], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [line] = await Promise.race([
    once(createInterface(child.stdout), "line"),
    ended.then(([code]) => Promise.reject(new Error(`the pooler ended with ${code}`))),
  ]);
  return {
    url: Object.assign(new URL(server), { hostname: "127.0.0.1", port: line }).href,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
