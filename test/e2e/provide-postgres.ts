import type { TestProject } from "vitest/node";
import provideServers from "../postgres/servers.ts";

/** For the end-to-end tests, whose Workers run outside of vitest: the server by a variable of the environment. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stop = await provideServers(project);
  process.env.TEST_POSTGRES_SERVER = project.getProvidedContext().postgresNewest;
  return stop;
}
