import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Env } from "../../../edge/env.ts";
import { throws } from "../support/faults.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { anonymousToken, askKey, siteToken, startSession } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/* What an isolate reports about each of its minutes. */

const AWAY = throws("Network connection lost.");
const PLAY_COUNTER = {
  getByName: () => ({ begin: AWAY, refresh: AWAY, end: AWAY, status: AWAY }),
} as unknown as Env["PLAY_COUNTER"];

let post: PublishedPost;
beforeAll(async () => {
  post = await publishPost(startWorker());
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A minute of 2 keys, 3 tokens, a refused key and a counting object that is away; then the first token of the next. */
async function spendAMinute(settings: Partial<Env>): Promise<TestWorker> {
  let at = Date.UTC(2026, 5, 1);
  const worker = startWorker({ PLAY_COUNTER, ...settings }, { now: () => at });
  const session = await startSession(worker, post, await anonymousToken(worker, post));
  for (const quality of ["480p", "360p"]) expect(await askKey(worker, post, session, quality)).toBe("key");
  expect(await askKey(worker, post, session, "1080p")).toBe("quality-not-allowed");
  at += 3000;
  await anonymousToken(worker, post);
  const counted = await siteToken(worker, post, { maxUses: 1 });
  expect(await askKey(worker, post, counted)).toBe("unavailable");
  at += 60_000;
  await anonymousToken(worker, post);
  return worker;
}

describe("the counters of a minute", () => {
  it("go to Analytics Engine where it is bound", async () => {
    const points: AnalyticsEngineDataPoint[] = [];
    const lines = vi.spyOn(console, "log");
    await spendAMinute({ GATE_METRICS: { writeDataPoint: (point) => void points.push(point!) } });
    const [isolate] = points[0]!.indexes!;
    expect(isolate).toMatch(/^[0-9a-f-]{36}$/);
    expect(points).toEqual([
      { indexes: [isolate], blobs: ["minute"], doubles: [2, 3, 3000, 2, 1, expect.any(Number)] },
      { indexes: [isolate], blobs: ["refusal", "quality-not-allowed"], doubles: [1] },
      { indexes: [isolate], blobs: ["refusal", "unavailable"], doubles: [1] },
    ]);
    expect(lines).not.toHaveBeenCalled();
  });

  it("concern no viewer when they cannot be written", async () => {
    const errors = vi.spyOn(console, "error").mockImplementation(() => {});
    await spendAMinute({
      GATE_METRICS: {
        writeDataPoint: () => {
          throw new Error("no more points");
        },
      },
    });
    expect(errors.mock.calls.flat().join()).toContain("no more points");
  });

  it("are one line of the log elsewhere", async () => {
    const lines: string[] = [];
    vi.spyOn(console, "log").mockImplementation((line) => void lines.push(String(line)));
    await spendAMinute({});
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        at: "gate-minute",
        from: "2026-06-01T00:00:00.000Z",
        isolate: expect.any(String),
        ...{ keys: 2, tokens: 3, oldestMs: 3000, statements: 2, objectErrors: 1, feedLength: expect.any(Number) },
        refusals: { "quality-not-allowed": 1, unavailable: 1 },
      },
    ]);
  });
});
