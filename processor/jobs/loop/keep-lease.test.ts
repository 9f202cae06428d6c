import { describe, expect, it } from "vitest";
import { intervalWithin } from "./keep-lease.ts";

describe("the interval of heartbeats", () => {
  it("is what is configured while a lost heartbeat does not cost the lease", () => {
    expect(intervalWithin(60_000, 20_000)).toBe(20_000);
  });

  it("is a third of the lease where the configured one is half of it or more", () => {
    expect(intervalWithin(60_000, 30_000)).toBe(20_000);
    expect(intervalWithin(3_000, 20_000)).toBe(1_000);
  });
});
