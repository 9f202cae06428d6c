import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** URL of a server of the newest release, whose database `migrated` is the template of each test file's. */
    postgresNewest: string;
    /** The same of the oldest supported release. */
    postgresOldest: string;
  }
}

export default function provideServers(project: TestProject): void {
  project.provide(
    "postgresNewest",
    process.env.TEST_POSTGRES_NEWEST ?? "postgres://postgres:secret@127.0.0.1:54318/postgres",
  );
  project.provide(
    "postgresOldest",
    process.env.TEST_POSTGRES_OLDEST ?? "postgres://postgres:secret@127.0.0.1:54315/postgres",
  );
}
