import { describe, expect, it } from "vitest";
import { percentDone, type RotationBatch, type RotationProgress, secondsLeft } from "./rotation-batch.ts";

const BATCH: RotationBatch = {
  ...{ batchId: "b", state: "RUNNING", selection: {}, maxInFlight: 2, graceSeconds: null, filled: true },
  ...{ requestedBy: "api-key:admin", createdAt: 0, finishedAt: null },
};

const NONE = { PENDING: 0, ROTATING: 0, SUCCEEDED: 0, FAILED: 0, SKIPPED: 0 };
const progress = (counts: Partial<RotationProgress["counts"]>, averageMs: number | null = 3000): RotationProgress => ({
  counts: { ...NONE, ...counts },
  averageMs,
});

describe("how far a batch is", () => {
  it("counts everything that has ended, however it did, and is 100 only at the end", () => {
    const counts = { PENDING: 1, SUCCEEDED: 996, FAILED: 1, SKIPPED: 2 };
    expect(percentDone(progress(counts), true)).toBe(99);
    expect(percentDone(progress({ ...counts, PENDING: 0 }), true)).toBe(100);
    expect(percentDone(progress({}), true)).toBe(100);
  });

  it("is unknown while parts are still being added", () => {
    expect(percentDone(progress({ SUCCEEDED: 3 }), false)).toBeNull();
    expect(secondsLeft(progress({ PENDING: 3, SUCCEEDED: 3 }), { ...BATCH, filled: false })).toBeNull();
  });

  it("is estimated by what a part took lately and how many run at once", () => {
    expect(secondsLeft(progress({ PENDING: 8, ROTATING: 2 }), BATCH)).toBe(15);
    expect(secondsLeft(progress({ ROTATING: 1 }), BATCH)).toBe(3);
    expect(secondsLeft(progress({ SUCCEEDED: 9 }), BATCH)).toBe(0);
  });

  it("is not estimated before a part has succeeded, nor while nothing is in progress", () => {
    expect(secondsLeft(progress({ PENDING: 8 }, null), BATCH)).toBeNull();
    for (const state of ["PAUSED", "CANCELLED"] as const) {
      expect(secondsLeft(progress({ PENDING: 8 }), { ...BATCH, state })).toBeNull();
    }
  });
});
