import { expect, it } from "vitest";
import { recognisablePadding } from "./null-packets.ts";

it("fills a short segment to twenty packets, with null packets alone", () => {
  const padding = recognisablePadding(6 * 188);
  expect(padding.length).toBe(14 * 188);
  for (let at = 0; at < padding.length; at += 188) {
    expect(padding.subarray(at, at + 4)).toEqual(Buffer.of(0x47, 0x1f, 0xff, 0x10));
  }
});

it("does not change longer segments", () => {
  expect(recognisablePadding(20 * 188)).toEqual(Buffer.alloc(0));
  expect(recognisablePadding(5_000_000)).toEqual(Buffer.alloc(0));
});
