import { parseArgs } from "node:util";
import { PLATFORMS, type Plan, SECRETS } from "./plan.ts";
import { SetupError } from "./resource.ts";

export const COMMANDS = ["setup", "verify", "teardown", "policy"] as const;

export type Asked = {
  readonly command: (typeof COMMANDS)[number];
  readonly plan: Plan;
  readonly dryRun: boolean;
  readonly canary: boolean;
};

export const USAGE = `npm run aws-batch -- <setup|verify|teardown|policy> --region <region> --image <image> [options]

  setup      make or repair everything, then run a canary job
  verify     compare everything with what setup makes, then run a canary job
  teardown   remove everything that setup makes, secrets included
  policy     print the IAM policy of the Worker's access key

  --region <region>          AWS_REGION or AWS_DEFAULT_REGION by default
  --image <image>            image of the processor, best with its digest
  --name <name>              begins the names (ladderlock)
  --queue <name>             VIDEO_BATCH_JOB_QUEUE, or <name>-queue
  --definition <name>        VIDEO_BATCH_JOB_DEFINITION, or <name>-jobdef
  --platform <platform>      fargate, fargate-spot or ec2-spot (fargate)
  --arch <architecture>      ARM64 or X86_64 (ARM64)
  --max-vcpus <number>       most vCPU at the same time (64)
  --disk-gib <number>        disk of a container, of an instance on EC2 (100)
  --timeout-seconds <number> longest run of a container (21600)
  --subnets <ids>            with commas between them (those of the default VPC)
  --security-groups <ids>    with commas between them (the default group)
  --dry-run                  print what setup or teardown would do
  --no-canary                run no canary job

Setup reads LADDERLOCK_URL, S3_ENDPOINT, SOURCE_BUCKET and PLAYBACK_BUCKET for the job definition, and stores
PROCESSOR_TOKEN, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY in the Parameter Store.
`;

const ENVIRONMENT = ["LADDERLOCK_URL", "S3_ENDPOINT", "SOURCE_BUCKET", "PLAYBACK_BUCKET"] as const;
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;
const BATCH_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

type Environment = Readonly<Record<string, string | undefined>>;

/** What was typed, with the environment; every problem at once is a SetupError. */
export function readOptions(args: readonly string[], env: Environment): Asked {
  const { values, positionals } = parsed(args);
  const problems: string[] = [];
  const [command] = positionals;
  const isCommand = COMMANDS.some((one) => one === command) && positionals.length === 1;
  if (!isCommand) problems.push(`The command is one of ${COMMANDS.join(", ")}.`);
  const number = (name: "max-vcpus" | "disk-gib" | "timeout-seconds", from: number, to: number) => {
    const value = Number(values[name]);
    if (!/^\d+$/.test(values[name]) || value < from || value > to)
      problems.push(`--${name} is a whole number from ${from} to ${to}.`);
    return value;
  };
  const oneOf = <T extends string>(name: "platform" | "arch", among: readonly T[]): T => {
    const found = among.find((one) => one === values[name]);
    if (found === undefined) problems.push(`--${name} is one of ${among.join(", ")}.`);
    return found ?? among[0]!;
  };
  const region = values.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? "";
  if (!/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)) problems.push("Give --region, or set AWS_REGION.");
  const needsImage = command === "setup" || command === "verify";
  if (needsImage && !values.image) problems.push("Give --image, the image of the processor.");
  if (!NAME.test(values.name)) problems.push("--name has up to 40 letters, digits, - and _.");
  const jobQueue = values.queue ?? env.VIDEO_BATCH_JOB_QUEUE ?? `${values.name}-queue`;
  const jobDefinition = values.definition ?? env.VIDEO_BATCH_JOB_DEFINITION ?? `${values.name}-jobdef`;
  for (const [option, value] of [
    ["queue", jobQueue],
    ["definition", jobDefinition],
  ])
    if (!BATCH_NAME.test(value!))
      problems.push(`--${option} is a name without ARN and revision, of letters, digits, - and _.`);
  const missing = needsImage ? ENVIRONMENT.filter((name) => !env[name]) : [];
  if (missing.length > 0) problems.push(`Set ${missing.join(", ")} as the processor needs them.`);
  const platform = oneOf("platform", PLATFORMS);
  const mostDisk = platform === "ec2-spot" ? 16_384 : 200;
  const plan: Plan = {
    ...{
      region,
      name: values.name,
      jobQueue,
      jobDefinition,
      platform,
      architecture: oneOf("arch", ["ARM64", "X86_64"]),
    },
    ...{
      image: values.image ?? "",
      maxVcpus: number("max-vcpus", 1, 10_000),
      diskGib: number("disk-gib", 20, mostDisk),
    },
    timeoutSeconds: number("timeout-seconds", 60, 14 * 86_400),
    ...{ subnets: listOf(values.subnets), securityGroups: listOf(values["security-groups"]) },
    environment: { ...Object.fromEntries(ENVIRONMENT.map((name) => [name, env[name] ?? ""])), STOP_SECONDS: "20" },
    secrets: Object.fromEntries(SECRETS.map((name) => [name, env[name] || null])) as Plan["secrets"],
  };
  if (problems.length > 0) throw new SetupError(`${problems.join("\n")}\n\n${USAGE}`);
  const { "dry-run": dryRun, "no-canary": noCanary } = values;
  return { command: command as Asked["command"], plan, dryRun, canary: !noCanary && !dryRun };
}

function parsed(args: readonly string[]) {
  const text = (preset: string) => ({ type: "string", default: preset }) as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...{
          region: { type: "string" },
          image: { type: "string" },
          queue: { type: "string" },
          definition: { type: "string" },
        },
        ...{ name: text("ladderlock"), platform: text("fargate"), arch: text("ARM64"), "max-vcpus": text("64") },
        ...{
          "disk-gib": text("100"),
          "timeout-seconds": text("21600"),
          subnets: text(""),
          "security-groups": text(""),
        },
        ...{ "dry-run": { type: "boolean", default: false }, "no-canary": { type: "boolean", default: false } },
      },
    });
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

const listOf = (text: string) =>
  text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
