import { describe, expect, it } from "vitest";
import type { SourceFacts } from "./job-launch.ts";
import { type ResourceTable, resourcesFor, STANDARD_RESOURCE_ROWS } from "./launch-resources.ts";

const TABLE: ResourceTable = { rows: STANDARD_RESOURCE_ROWS, leastDiskGib: 20, mostDiskGib: 100 };
const UNKNOWN: SourceFacts = { kind: "TRANSCODE", bytes: null, seconds: null, pixels: null, codec: null };
const GIB = 2 ** 30;

describe("the resources of a launch", () => {
  it("are those of the last row for a source of which nothing is known, with any disk between the bounds", () => {
    expect(resourcesFor(UNKNOWN, TABLE)).toEqual({ vcpus: 8, memoryMib: 16_384, diskGib: 100, leastDiskGib: 20 });
  });

  it.each([
    { facts: { kind: "ENCRYPT", bytes: 50 * GIB, pixels: 3840 * 2160 } as const, vcpus: 1 },
    { facts: { bytes: 5 * GIB, pixels: 1280 * 720 }, vcpus: 2 },
    { facts: { bytes: 5 * GIB, pixels: 1280 * 720 + 1 }, vcpus: 4 },
    { facts: { bytes: 5 * GIB, pixels: 3840 * 2160 }, vcpus: 8 },
    { facts: { bytes: 200 * 2 ** 20 }, vcpus: 2 },
    { facts: { bytes: 200 * 2 ** 20 + 1 }, vcpus: 4 },
    { facts: { bytes: 4 * GIB + 1 }, vcpus: 8 },
  ])("are $vcpus vCPU for $facts", ({ facts, vcpus }) => {
    expect(resourcesFor({ ...UNKNOWN, ...facts }, TABLE).vcpus).toBe(vcpus);
  });

  it("are those of the first row that holds, by duration and codec too", () => {
    const rows = [
      { maxSeconds: 60, vcpus: 1, memoryMib: 1024 },
      { codecs: ["hevc", "av1"], vcpus: 16, memoryMib: 32_768 },
      { vcpus: 2, memoryMib: 4096 },
    ];
    const cpus = (facts: Partial<SourceFacts>) => resourcesFor({ ...UNKNOWN, ...facts }, { ...TABLE, rows }).vcpus;
    expect(cpus({ seconds: 60, codec: "hevc" })).toBe(1);
    expect(cpus({ seconds: 61, codec: "hevc" })).toBe(16);
    expect(cpus({ codec: "av1" })).toBe(16);
    expect(cpus({ codec: "h264" })).toBe(2);
  });

  it.each([
    { facts: { bytes: 1 }, diskGib: 20 },
    // 12 GiB of source and, at two hours, 8.9 GiB of ladder.
    { facts: { bytes: 12 * GIB, seconds: 7200 }, diskGib: 23 },
    { facts: { bytes: 12 * GIB }, diskGib: 38 },
    { facts: { bytes: 80 * GIB }, diskGib: 100 },
  ])("have $diskGib GiB of disk for $facts", ({ facts, diskGib }) => {
    expect(resourcesFor({ ...UNKNOWN, ...facts }, TABLE)).toMatchObject({ diskGib, leastDiskGib: diskGib });
  });
});
