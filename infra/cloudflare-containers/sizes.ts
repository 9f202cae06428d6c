import type { LaunchResources } from "../../edge/launchers/launcher.ts";

export type SizeBinding = "JOB_ON_STANDARD_2" | "JOB_ON_STANDARD_3" | "JOB_ON_STANDARD_4";

export type Size = {
  readonly binding: SizeBinding;
  /** The instance type of the binding's class in wrangler.toml. */
  readonly instanceType: string;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly diskGb: number;
};

/** From small to large. */
export const SIZES: readonly [Size, ...Size[]] = [
  { binding: "JOB_ON_STANDARD_2", instanceType: "standard-2", vcpus: 1, memoryMib: 6 * 1024, diskGb: 12 },
  { binding: "JOB_ON_STANDARD_3", instanceType: "standard-3", vcpus: 2, memoryMib: 8 * 1024, diskGb: 16 },
  { binding: "JOB_ON_STANDARD_4", instanceType: "standard-4", vcpus: 4, memoryMib: 12 * 1024, diskGb: 20 },
];

/** The image is on the disk of its container. */
const IMAGE_GB = 1;
const GB_PER_GIB = 1.073741824;

export const LARGEST_DISK_GIB = Math.floor((SIZES.at(-1)!.diskGb - IMAGE_GB) / GB_PER_GIB);

/**
 * The smallest that is large enough, and for a source of unknown size the one with the largest disk; null where memory or
 * disk is not enough. A job takes longer with fewer processors, and ffmpeg needs less memory with fewer threads: of more
 * processors than there are, the memory shrinks with them.
 */
export function sizeFor({ vcpus, memoryMib, diskGib, leastDiskGib }: LaunchResources): Size | null {
  const wantedGib = Math.max(leastDiskGib, Math.min(diskGib, LARGEST_DISK_GIB));
  const neededMib = memoryMib * Math.min(1, SIZES.at(-1)!.vcpus / vcpus);
  const roomy = SIZES.filter((size) => size.memoryMib >= neededMib && size.diskGb - IMAGE_GB >= wantedGib * GB_PER_GIB);
  return roomy.find((size) => size.vcpus >= vcpus) ?? roomy.at(-1) ?? null;
}
