import { describe, expect, it } from "vitest";
import { bytesOfPart, planParts } from "./upload-parts.ts";

const MIB = 2 ** 20;

describe("the parts of a multipart upload", () => {
  it("have 64 MiB, and more where 1,000 would not be enough", () => {
    expect(planParts(1, null)).toEqual({ kind: "planned", partSize: 64 * MIB, count: 1 });
    expect(planParts(64 * MIB + 1, null)).toEqual({ kind: "planned", partSize: 64 * MIB, count: 2 });
    const largest = 2 ** 40;
    const plan = planParts(largest, null);
    expect(plan).toEqual({ kind: "planned", partSize: 1049 * MIB, count: Math.ceil(largest / (1049 * MIB)) });
  });

  it("have the size that is asked for, within the limits of R2", () => {
    expect(planParts(11 * MIB, 5 * MIB)).toEqual({ kind: "planned", partSize: 5 * MIB, count: 3 });
    expect(planParts(11 * MIB, 5 * MIB - 1)).toMatchObject({
      kind: "invalid",
      detail: "partSize: is at least 5242880 bytes",
    });
    expect(planParts(11 * MIB, 5 * 2 ** 30)).toMatchObject({ kind: "invalid" });
    expect(planParts(1000 * 5 * MIB, 5 * MIB)).toMatchObject({ count: 1000 });
    expect(planParts(1000 * 5 * MIB + 1, 5 * MIB)).toEqual({
      ...{ kind: "invalid", detail: "partSize: makes 1001 parts, at most 1000 are possible" },
    });
  });

  it("are equal but for the last", () => {
    expect([1, 2, 3].map((number) => bytesOfPart(11 * MIB, 5 * MIB, number))).toEqual([5 * MIB, 5 * MIB, MIB]);
  });
});
