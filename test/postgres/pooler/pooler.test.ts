import type { Socket } from "node:net";
import { PassThrough } from "node:stream";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { pgMessage, pgMessages } from "../../fixtures/pg-messages.ts";
import { openConnection } from "./pooled-connection.ts";
import { MOST_CONNECTIONS, type Pooler, startPooler } from "./pooler.ts";

const server = inject("postgresNewest");

describe.skipIf(server === "")("the pooler", () => {
  let pooler: Pooler;

  beforeAll(async () => {
    pooler = await startPooler(server);
  });
  afterAll(() => pooler.stop());

  async function connected(database = "postgres"): Promise<Client> {
    const url = Object.assign(new URL(server), { host: `127.0.0.1:${pooler.port}`, pathname: `/${database}` });
    const client = new Client({ connectionString: url.href, application_name: "one of the tests" });
    client.on("error", () => {});
    await client.connect();
    return client;
  }

  async function ask(client: Client, text: string): Promise<unknown> {
    return Object.values((await client.query({ text, rowMode: "array" })).rows[0] as unknown[])[0];
  }

  /** What the server says of a process, without the pooler. */
  async function stateOf(pid: unknown): Promise<unknown> {
    const direct = new Client({ connectionString: server });
    await direct.connect();
    const { rows } = await direct.query("SELECT application_name, state FROM pg_stat_activity WHERE pid = $1", [pid]);
    await direct.end();
    return rows[0];
  }

  it("lends a connection again, without the transaction that the client before left open", async () => {
    const first = await connected();
    await first.query("BEGIN");
    const pid = await ask(first, "SELECT pg_backend_pid()");
    await first.query("CREATE TABLE left_behind (n integer)");
    await first.end();
    await expect.poll(() => stateOf(pid)).toEqual({ application_name: "pooled", state: "idle" });
    const second = await connected();
    expect(await ask(second, "SELECT pg_backend_pid()")).toBe(pid);
    expect(await ask(second, "SELECT to_regclass('left_behind')")).toBeNull();
    expect(await ask(second, "SHOW application_name")).toBe("one of the tests");
    await second.end();
  });

  it("shows a client its own answers alone, after an error too", async () => {
    const client = await connected();
    await expect(client.query("SELECT 1 / 0")).rejects.toMatchObject({ code: "22012" });
    expect(await ask(client, "SELECT 7")).toBe(7);
    await client.end();
  });

  it("ends a connection whose client left in the middle of a statement", async () => {
    const client = await connected();
    // A connection is lent for a transaction: the statement after another one may have another connection.
    await client.query("BEGIN");
    const pid = await ask(client, "SELECT pg_backend_pid()");
    const answer = client.query("SELECT pg_sleep(5)").catch((error: Error) => error.message);
    await expect.poll(() => stateOf(pid)).toMatchObject({ state: "active" });
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    expect(await answer).toMatch(/terminated/);
    await expect.poll(() => stateOf(pid)).toBeUndefined();
  });

  it("lends a connection for a transaction, so that a client which asks nothing needs none", async () => {
    const silent = await Promise.all(Array.from({ length: MOST_CONNECTIONS + 5 }, () => connected()));
    for (const client of silent) expect(await ask(client, "SELECT 7")).toBe(7);
    await Promise.all(silent.map((client) => client.end()));
  });

  it("lets transactions wait while all connections are lent", async () => {
    const all = Array.from({ length: MOST_CONNECTIONS + 50 }, async () => {
      const client = await connected();
      const pid = await ask(client, "SELECT pg_backend_pid()");
      await client.end();
      return pid;
    });
    expect(new Set(await Promise.all(all)).size).toBeLessThanOrEqual(MOST_CONNECTIONS);
  });

  it("keeps a connection for a statement whose last part is still on its way, though rows have come", async () => {
    const connection = await openConnection(server, "postgres");
    const received: string[] = [];
    const client = new PassThrough();
    const read = pgMessages("server");
    client.on("data", (chunk: Buffer) => received.push(...read(chunk).map(({ type }) => type)));
    let idle = 0;
    connection.lend(client as unknown as Socket, "one of the tests", () => {
      idle += 1;
    });
    const rows = 1000;
    const send = (type: string, ...body: (string | Buffer)[]) => connection.send(type, pgMessage(type, ...body));
    const none = Buffer.alloc(2);
    send("P", "", `SELECT repeat('x', 100) FROM generate_series(1, ${rows})`, none);
    send("B", "", "", none, none, none);
    send("E", "", Buffer.alloc(4));
    // The answers of the pooler's own statement and the first rows come in one piece, as on a busy machine.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    await expect.poll(() => received).toContain("D");
    expect(idle).toBe(0);
    send("S");
    await expect.poll(() => idle).toBe(1);
    expect(received.filter((type) => type === "D")).toHaveLength(rows);
    expect(received.slice(-2)).toEqual(["C", "Z"]);
    connection.destroy();
  });

  it("passes on why the server refuses a client", async () => {
    const client = await connected("nowhere");
    await expect(client.query("SELECT 1")).rejects.toMatchObject({ code: "3D000" });
  });
});
