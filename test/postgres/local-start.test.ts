import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { migratePostgres } from "../../scripts/dev/postgres.ts";
import { withOneClient } from "../../shared/persistence/pg/clients.ts";

const server = inject("postgresNewest");

describe.skipIf(server === "")("the database that npm start is given", () => {
  const name = `start_${randomUUID().replaceAll("-", "")}`;
  const folder = mkdtempSync(join(tmpdir(), "ladderlock-start-"));
  const execute = (text: string) =>
    withOneClient({ connectionString: server, application_name: "test" }, (client) => client.query({ text }));
  const url = () => Object.assign(new URL(server), { pathname: `/${name}` }).href;

  beforeAll(() => execute(`CREATE DATABASE ${name}`));
  afterAll(async () => {
    await execute(`DROP DATABASE ${name}`);
    rmSync(folder, { recursive: true });
  });

  it("is migrated once", async () => {
    expect(await migratePostgres(url(), join(folder, "state"))).toBe(true);
    expect(await migratePostgres(url(), join(folder, "state"))).toBe(false);
  });

  it("is refused when a deployment or another folder has filled it", async () => {
    const elsewhere = migratePostgres(url(), join(folder, "another"));
    await expect(elsewhere).rejects.toThrow("belongs to a deployment or to another folder");
  });

  it("is refused in plain words when it is not there", async () => {
    const absent = Object.assign(new URL(server), { pathname: "/absent" }).href;
    await expect(migratePostgres(absent, join(folder, "third"))).rejects.toThrow(/^The server 127.0.0.1.* has no such/);
  });
});
