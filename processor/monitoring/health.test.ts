import { describe, expect, it } from "vitest";
import { transcodeOrder } from "../jobs/loop/job-service.fixture.ts";
import { watchHealth } from "./health.ts";

const MINUTE = 60_000;

function watched(concurrency = 1) {
  let now = 0;
  const stop = new AbortController();
  const watch = watchHealth({ concurrency, pollMs: 2000, stop: stop.signal, now: () => now });
  const later = (ms: number) => {
    now += ms;
    return watch.health();
  };
  return { ...watch, later, stop };
}

describe("the health of a processor", () => {
  it("is good while it claims work", () => {
    const { observer, later } = watched();
    expect(later(2000)).toEqual({ status: "ok", runningJobs: 0, lastClaimSeconds: null });
    for (let n = 0; n < 10; n++) {
      observer.claiming();
      expect(later(MINUTE)).toEqual({ status: "ok", runningJobs: 0, lastClaimSeconds: 60 });
    }
  });

  it("is bad when the loop has not claimed for minutes, or never did", () => {
    expect(watched().later(3 * MINUTE).status).toBe("stuck");
    const { observer, later } = watched();
    observer.claiming();
    expect(later(3 * MINUTE)).toEqual({ status: "stuck", runningJobs: 0, lastClaimSeconds: 180 });
  });

  it("is good while all slots are busy, for however long, and for as long as usual after that", () => {
    const { observer, later } = watched();
    const order = transcodeOrder("j1");
    observer.claiming();
    observer.claimed(order);
    expect(later(600 * MINUTE)).toMatchObject({ status: "ok", runningJobs: 1 });
    observer.ended(order, "recorded", 36_000);
    expect(later(MINUTE).status).toBe("ok");
    expect(later(3 * MINUTE).status).toBe("stuck");
  });

  it("is bad when one slot is busy and the other does not claim", () => {
    const { observer, later } = watched(2);
    observer.claiming();
    observer.claimed(transcodeOrder("j1"));
    expect(later(3 * MINUTE).status).toBe("stuck");
  });

  it("is stopping once the processor was asked to stop", () => {
    const { observer, later, stop } = watched();
    observer.claiming();
    stop.abort();
    expect(later(0).status).toBe("stopping");
  });
});
