import { expect, it } from "vitest";
import { LARGEST_DISK_GIB, sizeFor } from "./sizes.ts";

const disk = (diskGib: number) => ({ diskGib, leastDiskGib: diskGib });

it.each([
  [{ vcpus: 1, memoryMib: 2048, ...disk(4) }, "standard-2"],
  [{ vcpus: 2, memoryMib: 2048, ...disk(4) }, "standard-3"],
  [{ vcpus: 1, memoryMib: 6145, ...disk(4) }, "standard-3"],
  [{ vcpus: 1, memoryMib: 2048, ...disk(12) }, "standard-3"],
  [{ vcpus: 4, memoryMib: 12_288, ...disk(LARGEST_DISK_GIB) }, "standard-4"],
  [{ vcpus: 16, memoryMib: 2048, ...disk(4) }, "standard-4"],
  // What a source by URL gets, of which nothing is known.
  [{ vcpus: 8, memoryMib: 16_384, diskGib: 100, leastDiskGib: 4 }, "standard-4"],
  [{ vcpus: 1, memoryMib: 2048, diskGib: 100, leastDiskGib: 4 }, "standard-4"],
])(
  "chooses the smallest container that holds the job, and the fastest where none has its processors: %o",
  (resources, type) => {
    expect(sizeFor(resources)?.instanceType).toBe(type);
  },
);

it.each([
  { vcpus: 1, memoryMib: 12_289, ...disk(4) },
  { vcpus: 8, memoryMib: 2 * 12_289, ...disk(4) },
  { vcpus: 1, memoryMib: 2048, ...disk(LARGEST_DISK_GIB + 1) },
])("chooses none where memory or disk would run out: %o", (resources) => {
  expect(sizeFor(resources)).toBeNull();
});
