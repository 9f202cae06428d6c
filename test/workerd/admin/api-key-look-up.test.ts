import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { authenticateByApiKey } from "../../../edge/auth/api-keys.ts";
import { comparedWith } from "../../../edge/auth/bearer.ts";
import { createLookUps, SHARE_OF_EACH } from "../../../edge/auth/look-ups.ts";
import { createSeenApiKeys } from "../../../edge/auth/seen-api-keys.ts";
import { openPersistence } from "../../../edge/database.ts";
import type { ApiKeyStore } from "../../../shared/application/ports/api-key-store.ts";
import { STANDARD_JOB_RULES } from "../../../shared/domain/job/transcode-job.ts";
import { bearer, createKey } from "../support/admin-callers.ts";
import { NETWORK_LOST, onStatements, throws } from "../support/faults.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { database } from "../support/inspection.ts";
import { RETRY_AFTER } from "../support/retry-after.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const MINUTE = 60_000;

let worker: TestWorker;
beforeEach(() => {
  worker = startWorker();
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function statusWith(key: string, by = worker): Promise<number> {
  const { status } = await by.fetch("/api/v2/video-posts", { headers: bearer(key) });
  await by.settled();
  return status;
}

/** Milliseconds, as stored. */
async function lastUseOf(keyId: string): Promise<number | null> {
  const [row] = await database.rows<{ last_used_at: number | null }>("api_key", { key_id: keyId });
  return row!.last_used_at;
}

describe("the look-up of a key", () => {
  /** What one identification sends to the database, and what it leaves for after the answer. */
  async function identify(key: string, at: number) {
    const { bindings, trips } = faultyDatabase();
    const store = openPersistence(bindings, STANDARD_JOB_RULES).apiKeys;
    const uses: Promise<void>[] = [];
    // Held back until the caller is known: who waited for it here would wait for ever.
    const known = Promise.withResolvers<void>();
    const recordUse: ApiKeyStore["recordUse"] = (...use) => known.promise.then(() => store.recordUse(...use));
    const door = {
      isFirstKey: comparedWith(testEnv.ADMIN_API_KEY as string),
      apiKeys: { ...store, recordUse },
      known: { find: async () => "away" as const },
      seen: createSeenApiKeys(),
      lookUps: createLookUps(SHARE_OF_EACH),
      isBeyondLimit: async () => false,
      wait: async () => {},
    };
    const attempt = { request: new Request("https://video.example/", { headers: bearer(key) }), isPrompt: false };
    const { kind } = await authenticateByApiKey(door, attempt, at, (use) => uses.push(use as Promise<void>));
    const queries = trips();
    known.resolve();
    await Promise.all(uses);
    return { kind, queries, writesLater: trips() - queries };
  }

  it("is one query, and one write each minute, for which the answer does not wait", async () => {
    const { key } = await createKey(worker, ["posts:write"]);
    const now = worker.context.now();
    const seen = [];
    for (const at of [0, 1, MINUTE - 1, MINUTE, MINUTE + 1]) seen.push((await identify(key, now + at)).writesLater);
    expect(seen).toEqual([1, 0, 0, 1, 0]);
    expect(await identify(key, now + 5 * MINUTE)).toEqual({ kind: "caller", queries: 1, writesLater: 1 });
  });

  it("asks nothing for the first key, and writes nothing for a guess", async () => {
    const { keyId } = await createKey(worker, ["posts:write"]);
    const now = worker.context.now();
    const first = await identify(testEnv.ADMIN_API_KEY as string, now);
    expect(first).toEqual({ kind: "caller", queries: 0, writesLater: 0 });
    const guess = await identify(`llk_${keyId}_${"A".repeat(43)}`, now);
    expect(guess).toEqual({ kind: "refused", queries: 1, writesLater: 0 });
  });

  it("asks nothing for what cannot be a key", async () => {
    const { bindings, trips } = faultyDatabase();
    const counted = startWorker(bindings);
    for (const text of ["x", "llk_", "llk_0123456789abcdef_short", `llk_0123456789ABCDEF_${"A".repeat(43)}`]) {
      expect((await counted.fetch("/api/v2/jobs", { headers: bearer(text) })).status).toBe(401);
    }
    expect(trips()).toBe(0);
  });

  it("records the use after the response, also for an insufficient scope, and never for a guess", async () => {
    const { key, keyId } = await createKey(worker, ["audit:read"]);
    expect(await statusWith(`llk_${keyId}_${"A".repeat(43)}`)).toBe(401);
    expect(await lastUseOf(keyId)).toBeNull();
    expect(await statusWith(key)).toBe(403);
    expect(Math.abs((await lastUseOf(keyId))! - worker.context.now())).toBeLessThan(MINUTE);
  });

  it("does not fail with the note", async () => {
    const { key, keyId } = await createKey(worker, ["posts:read"]);
    let refused = 0;
    const refusing = onStatements(/update "?api_key\b/i, () => {
      refused++;
      return throws("the database is away")();
    });
    const status = await statusWith(key, startWorker(faultyDatabase(refusing).bindings));
    expect([status, refused, await lastUseOf(keyId)]).toEqual([200, 1, null]);
  });

  it("is 503 with Retry-After while the database is unavailable, and logs nothing of the request", async () => {
    const { key, keyId } = await createKey(worker, ["posts:read"]);
    const broken = startWorker(faultyDatabase(throws(NETWORK_LOST)).bindings);
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const response = await broken.fetch("/api/v2/jobs", { headers: bearer(key) });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toEqual(RETRY_AFTER);
    expect(await response.text()).not.toContain(keyId);
    expect(log).toHaveBeenCalledOnce();
    expect(JSON.stringify(log.mock.calls)).toContain("Network connection lost");
    expect(JSON.stringify(log.mock.calls)).not.toContain(keyId);
  });
});
