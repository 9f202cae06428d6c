import { describe, expect, it } from "vitest";
import type { Diagnostics } from "../../../edge/api/definitions/admin/diagnostics.ts";
import entry from "../../../edge/index.ts";
import { createPost } from "../support/published-post.ts";
import { isOnPostgres, testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/** Of the database that is bound. */
const MIGRATIONS = Object.keys(
  isOnPostgres ? import.meta.glob("../../../migrations/pg/*.sql") : import.meta.glob("../../../migrations/d1/*.sql"),
);

async function read(worker: TestWorker): Promise<Diagnostics> {
  const response = await worker.admin("GET", "/admin/diagnostics");
  expect(response.status).toBe(200);
  return response.json();
}

describe("the diagnostics", () => {
  it("report bindings, migrations and the release of a deployment that works", async () => {
    const facts = await read(startWorker());
    expect(facts.version).toMatch(/^\d+\.\d+\.\d+$/);
    const states = Object.fromEntries(facts.bindings.map(({ name, state }) => [name, state]));
    const database = isOnPostgres ? { HYPERDRIVE: "working" } : { DB: "working" };
    expect(states).toMatchObject({ ...database, SOURCE: "working", PLAYBACK: "working", WEBHOOKS: "present" });
    expect(facts.bindings.filter(({ state }) => state === "missing" || state === "failing")).toEqual([]);
    expect(facts.migrations).toMatchObject({ missing: [], unknown: [], applied: MIGRATIONS.length });
  });

  it("name a binding that is missing and one that fails, with its error", async () => {
    const SOURCE = { head: () => Promise.reject(new Error("bucket not found\nsecret parameters")) };
    const { bindings } = await read(startWorker({ AUDIT_EVENTS: undefined as never, SOURCE: SOURCE as never }));
    const named = (name: string) => bindings.find((binding) => binding.name === name);
    expect(named("AUDIT_EVENTS")).toEqual({ name: "AUDIT_EVENTS", required: true, state: "missing", detail: null });
    expect(named("SOURCE")).toEqual({ name: "SOURCE", required: true, state: "failing", detail: "bucket not found" });
  });

  it("say when the Cron Trigger and a processor last ran, and how many jobs wait", async () => {
    const worker = startWorker();
    await createPost(worker);
    const before = await read(worker);
    expect([before.cronLastRunAt, before.processors.lastSeenAt]).toEqual([null, null]);
    expect(before.processors).toMatchObject({ waiting: 1, waitingSince: expect.any(Number) });
    await entry.scheduled({} as never, testEnv);
    const headers = { authorization: `Bearer ${testEnv.PROCESSOR_TOKEN}` };
    await worker.fetch("/internal/jobs/scan", { method: "POST", headers, body: "{}" });
    const after = await read(worker);
    expect(after.cronLastRunAt).toBeGreaterThanOrEqual(before.serverTime);
    expect(after.processors.lastSeenAt).toBeGreaterThanOrEqual(before.serverTime);
  });

  it("name weak secrets without their values", async () => {
    const { secrets } = await read(startWorker());
    const weakness = Object.fromEntries(secrets.map((secret) => [secret.name, secret.weakness]));
    expect(weakness).toEqual({
      ADMIN_API_KEY: "sequence",
      PROCESSOR_TOKEN: "sequence",
      "TOKEN_SIGNING_KEYS (t1)": "repetitive",
      "KEY_ENCRYPTION_KEYS (k1)": "repetitive",
      VIEWER_ID_KEY: "repetitive",
    });
    expect(JSON.stringify(secrets)).not.toContain(testEnv.ADMIN_API_KEY);
  });

  it("name a segment that is stored", async () => {
    const worker = startWorker();
    await testEnv.PLAYBACK.put("some-post/0/job/360p/seg_00001.ts", "ciphertext");
    expect((await read(worker)).playback).toEqual({ baseUrl: null, sampleSegment: expect.stringMatching(/\.ts$/) });
  });

  it("show that a message has passed through each queue", async () => {
    const worker = startWorker();
    const sent = await worker.admin("POST", "/admin/diagnostics/probes");
    const { sentAt, refused } = (await sent.json()) as { sentAt: number; refused: string[] };
    expect([sent.status, refused]).toEqual([202, []]);
    await expect
      .poll(async () => (await read(worker)).queues.filter(({ lastProbeAt }) => (lastProbeAt ?? 0) >= sentAt).length)
      .toBe(3);
  });

  it("name the queues that take no message", async () => {
    const WEBHOOKS = { send: () => Promise.reject(new Error("queue not found")) };
    const sent = await startWorker({ WEBHOOKS: WEBHOOKS as never }).admin("POST", "/admin/diagnostics/probes");
    expect(await sent.json()).toMatchObject({ refused: ["WEBHOOKS"] });
  });
});
