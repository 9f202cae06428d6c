import * as z from "zod";

/*
 * What Fly's Machines API takes of a request that creates a machine, and what a container for one job has to ask for:
 * facts of Fly's OpenAPI description and of its pages on machine sizes and restart policies. Unknown members are refused
 * here; Fly ignores them.
 */

const CPU_COUNTS = [1, 2, 4, 6, 8, 10, 12, 14, 16];
const LONGEST_STOP_SECONDS = 300;

const guest = z
  .strictObject({
    cpu_kind: z.literal("performance"),
    cpus: z.int().refine((count) => CPU_COUNTS.includes(count), "is no size of performance CPUs"),
    memory_mb: z.int().multipleOf(2048),
  })
  .refine(({ cpus, memory_mb }) => memory_mb >= 2048 * cpus && memory_mb <= 8192 * cpus, "memory is not of this size");

const stopConfig = z.strictObject({
  signal: z.literal("SIGTERM"),
  timeout: z
    .string({ error: "is a text with its unit, such as 300s" })
    .regex(/^\d+s$/)
    .refine((text) => Number.parseInt(text, 10) <= LONGEST_STOP_SECONDS, "is at most 300s"),
});

const config = z.strictObject({
  image: z.string().min(1),
  guest,
  rootfs: z.strictObject({ size_gb: z.int().positive() }),
  init: z.strictObject({ cmd: z.tuple([z.literal("run")]) }),
  env: z.strictObject({ VIDEO_JOB_ID: z.uuid() }),
  metadata: z.strictObject({ job_id: z.uuid(), launch_id: z.string().min(1) }),
  restart: z.strictObject(
    { policy: z.literal("no", { error: "restarts a machine that fails" }) },
    { error: "is on-failure with 10 tries where none is given" },
  ),
  auto_destroy: z.literal(true),
  stop_config: stopConfig,
});

const createRequest = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
    region: z
      .string()
      .regex(/^[a-z]{3}$/)
      .optional(),
    config,
  })
  .refine(({ config: { env, metadata } }) => env.VIDEO_JOB_ID === metadata.job_id, "the metadata names another job");

export type MachineRequest = z.infer<typeof createRequest>;

/** What is wrong with a request, or the request. */
export function readMachineRequest(body: unknown): MachineRequest | string {
  const parsed = createRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ");
}

const stopRequest = z.strictObject({ signal: z.literal("SIGTERM"), timeout: z.literal("300s") });

export function isStopRequest(body: unknown): boolean {
  return stopRequest.safeParse(body).success;
}
