import { describe, expect, it } from "vitest";
import { earliestUuidV7, secretId, uuidV7 } from "./random-id.ts";

describe("ids", () => {
  it("sort, as UUIDv7, by their time of creation", () => {
    const times = [1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000];
    const ids = times.map(uuidV7);
    expect(ids.toSorted()).toEqual(ids);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("lie, as UUIDv7, between the earliest of their time and that of the next millisecond", () => {
    for (const time of [0, 1, 1_700_000_000_000, 2 ** 47]) {
      for (const id of Array.from({ length: 100 }, () => uuidV7(time))) {
        expect(id >= earliestUuidV7(time) && id < earliestUuidV7(time + 1), id).toBe(true);
      }
    }
  });

  it("sort by the order in which they are made within one millisecond, also where times alternate", () => {
    const made = Array.from({ length: 3000 }, (_, n) => ({ time: 1_700_000_000_000 - (n % 3), id: "" }));
    for (const one of made) one.id = uuidV7(one.time);
    for (const ids of Map.groupBy(made, ({ time }) => time).values()) {
      const inOrder = ids.map(({ id }) => id);
      expect(inOrder.toSorted()).toEqual(inOrder);
      expect(new Set(inOrder).size).toBe(1000);
    }
  });

  it("differ when made at the same time", () => {
    expect(new Set(Array.from({ length: 1000 }, () => uuidV7(1_700_000_000_000))).size).toBe(1000);
  });

  it("have, as secrets, 128 bits in unreserved URL characters", () => {
    const ids = Array.from({ length: 1000 }, secretId);
    expect(new Set(ids).size).toBe(1000);
    expect(ids.every((id) => /^[A-Za-z0-9_-]{22}$/.test(id))).toBe(true);
  });
});
