import type { LaunchResources } from "../launcher.ts";

/** The sizes of `performance` CPUs that Fly offers, and the memory that each may have. Memory comes in steps. */
const CPU_COUNTS = [1, 2, 4, 6, 8, 10, 12, 14, 16] as const;
const MEMORY_STEP_MIB = 2048;
const MOST_MEMORY_MIB_PER_CPU = 8192;

/** For the image, which lies on the same file system as the work directory. */
const IMAGE_GIB = 2;

export type GuestSize = { readonly cpus: number; readonly memoryMib: number; readonly rootfsGib: number };

/** The smallest machine that has the resources; null where Fly has none. */
export function guestSize({ vcpus, memoryMib, diskGib }: LaunchResources): GuestSize | null {
  const cpus = CPU_COUNTS.find((count) => count >= vcpus && count * MOST_MEMORY_MIB_PER_CPU >= memoryMib);
  if (cpus === undefined) return null;
  const steps = Math.max(cpus, Math.ceil(memoryMib / MEMORY_STEP_MIB));
  return { cpus, memoryMib: steps * MEMORY_STEP_MIB, rootfsGib: Math.ceil(diskGib) + IMAGE_GIB };
}
