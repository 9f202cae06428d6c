import { describe, expect, it } from "vitest";
import { woken } from "./waiting.ts";

const FAR_MS = 60_000;

function slots(count: number) {
  const stop = new AbortController();
  const waiting = woken(() => FAR_MS, Math.random);
  const awake: number[] = [];
  const wait = async (slot: number) => {
    await waiting.untilDue(stop.signal);
    awake.push(slot);
  };
  const all = Array.from({ length: count }, (_, slot) => wait(slot));
  /** Until everything that follows from what was done has happened. */
  const seen = async () => {
    await new Promise(setImmediate);
    return awake;
  };
  return { waiting, stop, wait, all, seen };
}

describe("slots that wait to be woken", () => {
  it("wake one by one, and the next when one has found a job", async () => {
    const { waiting, stop, all, seen } = slots(3);
    expect(await seen()).toEqual([]);
    waiting.wake();
    expect(await seen()).toEqual([0]);
    waiting.found();
    expect(await seen()).toEqual([0, 1]);
    stop.abort();
    await Promise.all(all);
    expect(await seen()).toEqual([0, 1, 2]);
  });

  it("keep a wake that comes while none of them waits, once", async () => {
    const { waiting, stop, wait, seen } = slots(0);
    waiting.wake();
    waiting.wake();
    await wait(7);
    expect(await seen()).toEqual([7]);
    const next = wait(8);
    expect(await seen()).toEqual([7]);
    stop.abort();
    await next;
  });

  it("ask again after a while, though nothing wakes them", async () => {
    const waiting = woken(
      () => 1,
      () => 0.5,
    );
    const { signal } = new AbortController();
    await waiting.untilDue(signal);
    // The slot has left: the wake is for the next one.
    waiting.wake();
    await waiting.untilDue(signal);
  });
});
