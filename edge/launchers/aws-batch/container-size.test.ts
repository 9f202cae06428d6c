import { expect, it } from "vitest";
import { isFargatePair } from "../../../test/launchers/aws-batch/batch-facts.ts";
import { fargateSize, instanceSize } from "./container-size.ts";

it("chooses a size that Fargate has, with at least what is asked for, for every request up to its largest", () => {
  for (const vcpus of [0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 8, 12, 16]) {
    for (let memoryMib = 1; memoryMib <= 120 * 1024; memoryMib += 1021) {
      const size = fargateSize({ vcpus, memoryMib })!;
      expect(isFargatePair(String(size.vcpus), size.memoryMib), JSON.stringify({ vcpus, memoryMib, size })).toBe(true);
      expect(size.vcpus).toBeGreaterThanOrEqual(vcpus);
      expect(size.memoryMib).toBeGreaterThanOrEqual(memoryMib);
    }
  }
});

it("chooses the next size", () => {
  expect(fargateSize({ vcpus: 4, memoryMib: 8192 })).toEqual({ vcpus: 4, memoryMib: 8192 });
  expect(fargateSize({ vcpus: 4, memoryMib: 8193 })).toEqual({ vcpus: 4, memoryMib: 9216 });
  expect(fargateSize({ vcpus: 4, memoryMib: 30_721 })).toEqual({ vcpus: 8, memoryMib: 32_768 });
  expect(fargateSize({ vcpus: 0.25, memoryMib: 600 })).toEqual({ vcpus: 0.25, memoryMib: 1024 });
});

it("finds none above the largest of Fargate", () => {
  expect(fargateSize({ vcpus: 16.5, memoryMib: 1024 })).toBeNull();
  expect(fargateSize({ vcpus: 1, memoryMib: 120 * 1024 + 1 })).toBeNull();
});

it("rounds up to whole vCPU and MiB on EC2", () => {
  expect(instanceSize({ vcpus: 2.5, memoryMib: 5000.2 })).toEqual({ vcpus: 3, memoryMib: 5001 });
});
