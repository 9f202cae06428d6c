import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createTaskQueue, forEachConcurrently } from "./concurrent-tasks.ts";

describe("concurrent tasks", () => {
  it("stay within the limit, and all run", async () => {
    let running = 0;
    let most = 0;
    const ended: number[] = [];
    await forEachConcurrently([...Array(20).keys()], 3, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await delay(item % 4);
      running -= 1;
      ended.push(item);
    });
    expect(most).toBe(3);
    expect(ended.toSorted((a, b) => a - b)).toEqual([...Array(20).keys()]);
  });

  it("end with the first failure: running tasks finish, waiting tasks are dropped", async () => {
    const begun: number[] = [];
    let ended = 0;
    const work = forEachConcurrently([0, 1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item);
      await delay(item === 0 ? 5 : 30);
      if (item === 0) throw new Error("item 0 failed");
      ended += 1;
    });
    await expect(work).rejects.toThrow("item 0 failed");
    expect(begun).toEqual([0, 1]);
    expect(ended).toBe(1);
  });

  it("report a failure at once, before the queue is drained", async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const queue = createTaskQueue(1, resolve);
    queue.add(async () => {
      throw new Error("gone");
    });
    expect(await promise).toMatchObject({ message: "gone" });
    await expect(queue.drain()).rejects.toThrow("gone");
  });

  it("drain at once when there are none", async () => {
    await expect(createTaskQueue(2).drain()).resolves.toBeUndefined();
  });
});
