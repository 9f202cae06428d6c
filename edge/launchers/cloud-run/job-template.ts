import * as z from "zod";
import type { LaunchResources } from "../launcher.ts";

const volume = z.object({
  name: z.string(),
  emptyDir: z.object({ medium: z.string().optional(), sizeLimit: z.string().optional() }).optional(),
});

const container = z.object({
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).optional(),
  resources: z.object({ limits: z.record(z.string(), z.string()).optional() }).optional(),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })).optional(),
});

const task = z.object({
  maxRetries: z.int().optional(),
  containers: z.array(container).min(1),
  volumes: z.array(volume).optional(),
});

/** What is read of a job of Cloud Run. */
export const jobSchema = z.object({ template: z.object({ template: task }) });

type Task = z.infer<typeof task>;

/** Where the image keeps its files, unless the template says otherwise. */
const WORK_DIRECTORY = "/var/lib/ladderlock";
const MIB_PER_GIB = 1024;

/** Why a launch with these resources would do harm or fail; null where it would not. A run cannot override either. */
export function templateProblem(job: z.infer<typeof jobSchema>, needed: LaunchResources): string | null {
  const { template } = job.template;
  if (template.maxRetries !== 0) {
    const count = template.maxRetries ?? "no";
    return `The job of Cloud Run has ${count} maxRetries, and 3 is the default: it repeats a container that fails. Set maxRetries to 0.`;
  }
  if (template.containers.length !== 1)
    return "The job of Cloud Run has several containers. Leave the processor alone in it.";
  return roomProblem(template, needed);
}

/** Files lie in memory, unless the work directory is on a volume. */
function roomProblem(template: Task, { memoryMib, leastDiskGib }: LaunchResources): string | null {
  const memory = mibOf(template.containers[0]?.resources?.limits?.memory ?? "512Mi");
  if (memory === null) return "The memory of the job of Cloud Run cannot be read. Set it in Gi.";
  const disk = workVolume(template);
  const inMemory = disk === "memory" ? leastDiskGib * MIB_PER_GIB : 0;
  if (memory < memoryMib + inMemory) {
    const files = inMemory === 0 ? "" : `, ${leastDiskGib} GiB of it for files, which lie in memory`;
    return `The job of Cloud Run has ${memory} MiB of memory, and this launch needs ${memoryMib + inMemory} MiB${files}. Raise the memory of the job, or use another launcher.`;
  }
  if (typeof disk === "number" && disk < leastDiskGib * MIB_PER_GIB) {
    return `The volume of the work directory has ${disk} MiB, and this launch needs ${leastDiskGib} GiB. Enlarge the volume.`;
  }
  return null;
}

/** The size of the disk with the work directory in MiB, null where it has no limit that could be read. */
function workVolume({ containers: [only], volumes = [] }: Task): "memory" | number | null {
  const directory = only?.env?.find(({ name }) => name === "WORK_DIR")?.value ?? WORK_DIRECTORY;
  const mount = only?.volumeMounts?.find(({ mountPath }) =>
    `${directory}/`.startsWith(`${mountPath.replace(/\/$/, "")}/`),
  );
  const mounted = volumes.find(({ name }) => name === mount?.name);
  if (mounted === undefined) return "memory";
  if (mounted.emptyDir === undefined) return null;
  return mounted.emptyDir.medium === "DISK" ? mibOf(mounted.emptyDir.sizeLimit ?? "") : "memory";
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
  ...{ "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
};

/** A quantity as Kubernetes writes it. */
function mibOf(quantity: string): number | null {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)([KMGT]i|[kMGT])?$/.exec(quantity) ?? [];
  if (digits === undefined) return null;
  return Math.floor((Number(digits) * UNITS[unit]!) / 2 ** 20);
}
