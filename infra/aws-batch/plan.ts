/** What the commands set up: one queue and one job definition in one region. */
export type Plan = {
  readonly region: string;
  /** Begins the names of everything that has no name in the settings of the Worker. */
  readonly name: string;
  readonly jobQueue: string;
  readonly jobDefinition: string;
  readonly platform: Platform;
  readonly architecture: "ARM64" | "X86_64";
  readonly image: string;
  readonly maxVcpus: number;
  readonly diskGib: number;
  readonly timeoutSeconds: number;
  /** Empty: those of the default VPC. */
  readonly subnets: readonly string[];
  /** Empty: the default group of the VPC. */
  readonly securityGroups: readonly string[];
  /** Environment of the container that is no secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** Values of secrets by name, from the environment of the command; those that are not given must be stored already. */
  readonly secrets: Readonly<Record<SecretName, string | null>>;
};

export const PLATFORMS = ["fargate", "fargate-spot", "ec2-spot"] as const;
export type Platform = (typeof PLATFORMS)[number];

export const SECRETS = ["PROCESSOR_TOKEN", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"] as const;
export type SecretName = (typeof SECRETS)[number];

export const isFargate = ({ platform }: Pick<Plan, "platform">) => platform !== "ec2-spot";
export const parameterPath = ({ name }: Pick<Plan, "name">) => `/${name}`;
export const logGroupOf = ({ name }: Pick<Plan, "name">) => `/${name}/batch`;
export const executionRoleOf = ({ name }: Pick<Plan, "name">) => `${name}-execution`;
export const jobRoleOf = ({ name }: Pick<Plan, "name">) => `${name}-job`;
export const instanceRoleOf = ({ name }: Pick<Plan, "name">) => `${name}-instance`;
export const launchTemplateOf = ({ name }: Pick<Plan, "name">) => `${name}-instance`;
/** The platform is part of the name: the type of an environment cannot be changed. */
export const environmentOf = ({ name, platform, architecture }: Pick<Plan, "name" | "platform" | "architecture">) =>
  `${name}-${platform}-${architecture.toLowerCase().replace("_", "-")}`;
