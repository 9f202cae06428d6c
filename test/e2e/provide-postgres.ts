import type { TestProject } from "vitest/node";
import provideServers from "../postgres/servers.ts";

/** For the end-to-end tests, whose Workers run outside of vitest: the server by variables of the environment. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stop = await provideServers(project);
  const { postgresNewest, postgresPooled } = project.getProvidedContext();
  Object.assign(process.env, { TEST_POSTGRES_SERVER: postgresNewest, TEST_POSTGRES_POOLED: postgresPooled });
  return stop;
}
