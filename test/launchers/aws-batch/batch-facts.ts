import { z } from "zod";

/*
 * What AWS Batch (API of 2016-08-10) says about the requests of a launcher, and the rules of this project about repeated
 * jobs. Members that Batch has and the launcher does not use are left out, so that a new one is added here first.
 */

const nameAndValue = z.strictObject({ name: z.string().min(1).max(128), value: z.string() });

/** Values of MEMORY on Fargate with the VCPU that each goes with, as the documentation of ResourceRequirement lists them. */
const FARGATE_VCPUS: readonly (readonly [memory: readonly number[], vcpus: readonly string[]])[] = [
  [[512], ["0.25"]],
  [[1024], ["0.25", "0.5"]],
  [[2048], ["0.25", "0.5", "1"]],
  [[3072], ["0.5", "1"]],
  [[4096], ["0.5", "1", "2"]],
  [
    [5120, 6144, 7168],
    ["1", "2"],
  ],
  [[8192], ["1", "2", "4"]],
  [
    [9216, 10240, 11264, 12288, 13312, 14336, 15360],
    ["2", "4"],
  ],
  [[16384], ["2", "4", "8"]],
  [[17408, 18432, 19456, 21504, 22528, 23552, 25600, 26624, 27648, 29696, 30720], ["4"]],
  [
    [20480, 24576, 28672],
    ["4", "8"],
  ],
  [[36864, 45056, 53248, 61440], ["8"]],
  [
    [32768, 40960, 49152, 57344],
    ["8", "16"],
  ],
  [[65536, 73728, 81920, 90112, 98304, 106496, 114688, 122880], ["16"]],
];

export function isFargatePair(vcpus: string, memory: number): boolean {
  return FARGATE_VCPUS.some(([memories, among]) => memories.includes(memory) && among.includes(vcpus));
}

const resourceSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("VCPU"), value: z.string().regex(/^(?:0\.25|0\.5|[1-9]\d{0,3})$/) }),
  z.strictObject({ type: z.literal("MEMORY"), value: z.string().regex(/^[1-9]\d{0,7}$/) }),
]);

const overridesSchema = z.strictObject(
  {
    environment: z
      .array(nameAndValue)
      .refine((all) => all.every(({ name }) => !name.startsWith("AWS_BATCH")), "AWS_BATCH is reserved"),
    resourceRequirements: z
      .array(resourceSchema)
      .refine((all) => new Set(all.map(({ type }) => type)).size === all.length, "a type is given twice"),
  },
  {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? "use resourceRequirements instead of vcpus and memory" : undefined,
  },
);

export const submitJobSchema = z.strictObject({
  jobName: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/, "jobName has up to 128 letters, digits, - and _"),
  jobQueue: z.string().min(1),
  jobDefinition: z.string().min(1),
  containerOverrides: overridesSchema,
  retryStrategy: z.strictObject({
    attempts: z.literal(1, "Batch would repeat the job; the database decides about attempts"),
    evaluateOnExit: z.never("rules that match nothing repeat the job").optional(),
  }),
  timeout: z.strictObject({ attemptDurationSeconds: z.int().min(60) }),
  tags: z
    .record(z.string().regex(/^(?!aws:)[\w .:/=+@-]{1,128}$/), z.string().regex(/^[\w .:/=+@-]{0,256}$/))
    .refine((tags) => Object.keys(tags).length <= 50, "a job has at most 50 tags")
    .refine((tags) => "jobId" in tags && "launchId" in tags, "a job is found by its tags jobId and launchId"),
  propagateTags: z.literal(true),
});

export const describeJobsSchema = z.strictObject({ jobs: z.array(z.string()).min(1).max(100) });

export const terminateJobSchema = z.strictObject({ jobId: z.string().min(1), reason: z.string().min(1).max(1024) });

export type SubmittedJob = z.infer<typeof submitJobSchema>;

/** Null where Fargate has such containers. */
export function sizeProblem({ containerOverrides }: SubmittedJob): string | null {
  const requested = (type: string) => containerOverrides.resourceRequirements.find((one) => one.type === type)?.value;
  const [vcpus = "", memory = ""] = [requested("VCPU"), requested("MEMORY")];
  return isFargatePair(vcpus, Number(memory))
    ? null
    : `Fargate has no containers of ${vcpus} vCPU and ${memory} MiB (Service: Batch)`;
}
