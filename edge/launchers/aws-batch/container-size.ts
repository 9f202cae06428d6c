import type { LaunchResources } from "../launcher.ts";

export type ContainerSize = Pick<LaunchResources, "vcpus" | "memoryMib">;

const GIB = 1024;

type Row = { readonly vcpus: number; readonly from: number; readonly to: number; readonly step: number };

/** The pairs that a task of Fargate may have: memory in MiB, from and to, in steps. */
const FARGATE: readonly Row[] = [
  { vcpus: 0.25, from: 512, to: 512, step: 512 },
  { vcpus: 0.25, from: GIB, to: 2 * GIB, step: GIB },
  { vcpus: 0.5, from: GIB, to: 4 * GIB, step: GIB },
  { vcpus: 1, from: 2 * GIB, to: 8 * GIB, step: GIB },
  { vcpus: 2, from: 4 * GIB, to: 16 * GIB, step: GIB },
  { vcpus: 4, from: 8 * GIB, to: 30 * GIB, step: GIB },
  { vcpus: 8, from: 16 * GIB, to: 60 * GIB, step: 4 * GIB },
  { vcpus: 16, from: 32 * GIB, to: 120 * GIB, step: 8 * GIB },
];

/** The smallest pair of Fargate that has both; null where none has. */
export function fargateSize({ vcpus, memoryMib }: ContainerSize): ContainerSize | null {
  const row = FARGATE.find((one) => one.vcpus >= vcpus && one.to >= memoryMib);
  if (row === undefined) return null;
  const steps = Math.max(0, Math.ceil((memoryMib - row.from) / row.step));
  return { vcpus: row.vcpus, memoryMib: row.from + steps * row.step };
}

/** On EC2, vCPU are whole numbers and memory is whole MiB. */
export function instanceSize({ vcpus, memoryMib }: ContainerSize): ContainerSize {
  return { vcpus: Math.max(1, Math.ceil(vcpus)), memoryMib: Math.max(4, Math.ceil(memoryMib)) };
}
