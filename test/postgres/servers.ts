import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { PLACES } from "../../scripts/dev/places.ts";
import { findPostgres } from "../../scripts/setup/postgres.mjs";
import { startPooledServer } from "./pooler/pooled-server.ts";
import { makeTemplate } from "./template.ts";
import { startTestServer } from "./test-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /**
     * URL of a server of the newest release, whose database `migrated` is the template of each test file's. Empty where
     * there is no Postgres for the machine.
     */
    postgresNewest: string;
    /** The same server as Workers reach it, by a pooler. */
    postgresPooled: string;
    /** The same of the oldest supported release. */
    postgresOldest: string;
    /** The programs of the newest release; empty where there are none for the machine. */
    postgresBinaries: string;
  }
}

type Servers = {
  readonly newest: string;
  readonly pooled: string;
  readonly oldest: string;
  readonly binaries: string;
  readonly stop: () => Promise<void>;
};

/** Each project of vitest loads this module for itself; all of them use the same servers. */
const shared = globalThis as { ladderlockTestServers?: { users: number; readonly servers: Promise<Servers> } };

export default async function provideServers(project: TestProject): Promise<() => Promise<void>> {
  shared.ladderlockTestServers ??= { users: 0, servers: startServers() };
  const running = shared.ladderlockTestServers;
  running.users += 1;
  const { newest, pooled, oldest, binaries, stop } = await running.servers;
  project.provide("postgresNewest", newest);
  project.provide("postgresPooled", pooled);
  project.provide("postgresOldest", oldest);
  project.provide("postgresBinaries", binaries);
  return async () => {
    running.users -= 1;
    if (running.users > 0) return;
    delete shared.ladderlockTestServers;
    await stop();
  };
}

async function startServers(): Promise<Servers> {
  const [newest, oldest] = await Promise.all([
    startMigratedServer(18, process.env.TEST_POSTGRES_NEWEST),
    startMigratedServer(15, process.env.TEST_POSTGRES_OLDEST),
  ]);
  const pooler = newest.url === "" ? null : await startPooledServer(newest.url);
  return {
    newest: newest.url,
    pooled: pooler?.url ?? "",
    oldest: oldest.url,
    binaries: newest.binaries,
    stop: async () => {
      await pooler?.stop();
      await Promise.all([newest.stop(), oldest.stop()]);
    },
  };
}

/** `named`: the URL of a server to use instead, as a user that may create databases. */
export async function startMigratedServer(major: 18 | 15, named?: string) {
  if (named !== undefined && named !== "") {
    await makeTemplate(named);
    return { url: named, binaries: await binariesOf(major), stop: async () => {} };
  }
  const binaries = await binariesOf(major);
  if (binaries === "") return { url: "", binaries, stop: async () => {} };
  const server = await startTestServer(major, binaries);
  await makeTemplate(server.url);
  return { ...server, binaries };
}

/** `npm test` has looked for them before; this is for vitest alone. */
async function binariesOf(major: 18 | 15): Promise<string> {
  const prepared = process.env[`POSTGRES_${major}_BINARIES`];
  if (prepared !== undefined) return prepared;
  const found = await findPostgres({ toolsFolder: join(PLACES.folder, "tools"), major });
  if ("binaries" in found) return found.binaries;
  console.error(`Postgres ${major}: ${found.refusal}`);
  return "";
}
