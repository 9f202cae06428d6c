import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { freePort } from "../fixtures/free-port.ts";

/* The site of examples/paywall, on Node and in workerd. */

const ROOT = join(import.meta.dirname, "../..");
export const EXAMPLE = join(ROOT, "examples/paywall");

export type Site = { readonly origin: string; close(): Promise<unknown> };

const ENTRIES = {
  client: join(ROOT, "client/index.ts"),
  "player/react": join(ROOT, "player/react/ladderlock-video.tsx"),
};

/** The folder of the example after `npm install`, with the package `ladderlock` as it is in the repository now. */
async function installedExample(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "ladderlock-paywall-"));
  const named = (path: string) => path.slice(path.lastIndexOf("/") + 1);
  cpSync(EXAMPLE, folder, { recursive: true, filter: (path) => !["node_modules", "dist"].includes(named(path)) });
  const modules = join(folder, "node_modules");
  const own = join(modules, "ladderlock");
  mkdirSync(join(modules, ".bin"), { recursive: true });
  for (const name of ["hls.js", "react", "react-dom", ".bin/esbuild"]) {
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  }
  await build({
    entryPoints: ENTRIES,
    outdir: own,
    ...{ bundle: true, format: "esm", platform: "neutral", external: ["hls.js", "react", "react-dom"] },
  });
  const exported = Object.keys(ENTRIES).map((name) => [`./${name}`, `./${name}.js`]);
  writeFileSync(
    join(own, "package.json"),
    JSON.stringify({ name: "ladderlock", type: "module", exports: Object.fromEntries(exported) }),
  );
  return folder;
}

/** What the README of the example says: `LADDERLOCK=... API_KEY=... VIDEO_POST_ID=... npm run node`. */
export async function onNode(settings: Record<string, string>): Promise<Site> {
  const cwd = await installedExample();
  // The Node of the tests: it runs TypeScript.
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const env = { PATH: path, PORT: String(await freePort()), ...settings };
  const child = spawn("npm", ["run", "node"], { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const exit = once(child, "exit");
  const stop = async () => {
    // npm, its shell and the site.
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGTERM");
    await exit;
    rmSync(cwd, { recursive: true, force: true });
  };
  let printed = "";
  const origin = await new Promise<string | null>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text) => {
        printed += text;
        const [address] = /^http:\/\/localhost:\d+$/m.exec(printed) ?? [];
        if (address !== undefined) resolve(address);
      });
    }
    exit.then(() => resolve(null));
  });
  if (origin !== null) return { origin, close: stop };
  await stop();
  throw new Error(`the example ended: ${printed}`);
}

/** `worker.ts` with its KV namespace, as `wrangler dev` runs it. */
export async function onWorkers(settings: Record<string, string>): Promise<Site> {
  const { outputFiles } = await build({
    entryPoints: [join(EXAMPLE, "worker.ts")],
    ...{ bundle: true, format: "esm", platform: "neutral", target: "es2022", write: false },
    alias: { "ladderlock/client": ENTRIES.client },
  });
  const script = outputFiles[0]!.text;
  const worker = { modules: true, script, compatibilityDate: "2026-11-01", bindings: settings } as const;
  const workers = [{ name: "paywall", ...worker, kvNamespaces: ["PURCHASES"] }];
  const miniflare = new Miniflare(convertV4MiniflareOptions({ host: "127.0.0.1", cf: false, workers }));
  return { origin: (await miniflare.ready).origin, close: () => miniflare.dispose() };
}
