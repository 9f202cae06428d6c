import { describe, expect, it } from "vitest";
import { merged } from "./background.ts";

describe("a merged call", () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    "is made once more for a request %i steps after the end of one",
    async (steps) => {
      let started = 0;
      const { promise, resolve } = Promise.withResolvers<void>();
      const request = merged(async () => {
        started += 1;
        await promise;
      });
      void request();
      resolve();
      for (let step = 0; step < steps; step++) await null;
      const before = started;
      await request();
      expect(started).toBe(before + 1);
    },
  );

  it("is made again after one that failed", async () => {
    let started = 0;
    const request = merged(async () => {
      started += 1;
      if (started === 1) throw new Error("away");
    });
    await expect(request()).rejects.toThrow("away");
    await request();
    expect(started).toBe(2);
  });
});
