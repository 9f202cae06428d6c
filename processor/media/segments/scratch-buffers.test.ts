import { describe, expect, it } from "vitest";
import { ScratchBuffers } from "./scratch-buffers.ts";

describe("scratch buffers", () => {
  it("are large enough, and are reused once they are returned", () => {
    const scratch = new ScratchBuffers();
    const first = scratch.take(3_000_000);
    expect(first.length).toBeGreaterThanOrEqual(3_000_000);
    const second = scratch.take(10);
    expect(second.buffer).not.toBe(first.buffer);
    scratch.giveBack(first.subarray(0, 100));
    expect(scratch.take(2_000_000).buffer).toBe(first.buffer);
  });

  it("are returned once, and nothing else is", () => {
    const scratch = new ScratchBuffers();
    const first = scratch.take(100);
    scratch.giveBack(first);
    scratch.giveBack(first);
    scratch.giveBack(Buffer.alloc(1000));
    expect(scratch.take(10).buffer).toBe(first.buffer);
    expect(scratch.take(10).buffer).not.toBe(first.buffer);
  });

  it("make room for one that fits when they are too small", () => {
    const scratch = new ScratchBuffers();
    scratch.giveBack(scratch.take(10));
    const large = scratch.take(5_000_000);
    expect(large.length).toBeGreaterThanOrEqual(5_000_000);
    scratch.giveBack(large);
    expect(scratch.take(10).buffer).toBe(large.buffer);
  });
});
