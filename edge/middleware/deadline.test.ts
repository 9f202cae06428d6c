import { describe, expect, it, vi } from "vitest";
import { createDeadline, DATABASE_TIMEOUT_MS } from "./deadline.ts";

/** A clock that runs out on demand. */
function stoppedClock() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { sleep: vi.fn(() => promise), runOut: resolve };
}

/** After everything that needs no I/O. */
const nextTask = () => new Promise((resolve) => setImmediate(resolve));

/** As deep as a token that is issued from memory. */
async function fromMemory(depth: number): Promise<string> {
  return depth === 0 ? "token" : await fromMemory(depth - 1);
}

describe("a deadline", () => {
  it("starts no timer for work from memory", async () => {
    const { sleep } = stoppedClock();
    const onFirstWait = vi.fn();
    const { watch } = createDeadline(DATABASE_TIMEOUT_MS, sleep, onFirstWait);
    expect(await watch(fromMemory(30))).toBe("token");
    await expect(watch(Promise.reject(new Error("refused")))).rejects.toThrow("refused");
    await nextTask();
    expect(sleep).not.toHaveBeenCalled();
    expect(onFirstWait).not.toHaveBeenCalled();
  });

  it("is reached by work that waits, and its timer starts once", async () => {
    const { sleep, runOut } = stoppedClock();
    const onFirstWait = vi.fn();
    const { late, watch } = createDeadline(DATABASE_TIMEOUT_MS, sleep, onFirstWait);
    const waiting = new Promise<never>(() => {});
    void watch(waiting);
    void watch(waiting);
    await nextTask();
    void watch(waiting);
    await nextTask();
    expect(sleep.mock.calls).toEqual([[DATABASE_TIMEOUT_MS]]);
    expect(onFirstWait).toHaveBeenCalledOnce();
    expect(await Promise.race([late, nextTask()])).toBeUndefined();
    runOut();
    expect(await late).toBe("late");
  });

  it("counts the waits of earlier work", async () => {
    const { sleep, runOut } = stoppedClock();
    const { late, watch } = createDeadline(DATABASE_TIMEOUT_MS, sleep, () => {});
    await watch(nextTask());
    expect(sleep).toHaveBeenCalledOnce();
    runOut();
    expect(await Promise.race([late, watch(new Promise<never>(() => {}))])).toBe("late");
  });
});
