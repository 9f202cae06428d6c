import * as z from "zod";
import { secret, wholeNumber } from "../setting-types.ts";

const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;
const region = z.string().regex(REGION, "a region of AWS such as eu-central-1");

/** Names and ARNs, as SubmitJob takes them. */
const queue = z
  .string()
  .regex(/^(?:[A-Za-z0-9][A-Za-z0-9_-]{0,127}|arn:\S{1,240})$/, "the name of a job queue, or its ARN");
const definition = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9][A-Za-z0-9_-]{0,127}(?::\d{1,9})?|arn:\S{1,240})$/,
    "the name of a job definition, also with its revision, or its ARN",
  );

/** The longest that a task of Fargate may run. */
const FOURTEEN_DAYS = 14 * 86_400;

/** Of the launcher `aws-batch`. The names are those that AWS and its tools give them. */
export const AWS_BATCH_SETTINGS = {
  VIDEO_BATCH_JOB_QUEUE: queue
    .optional()
    .describe("`aws-batch`: job queue; with several regions, the name that it has in each"),
  VIDEO_BATCH_JOB_DEFINITION: definition
    .optional()
    .describe("`aws-batch`: job definition; its newest revision unless it names one"),
  AWS_REGION: region.optional().describe("`aws-batch`: region where `LAUNCH_REGIONS` names none"),
  AWS_DEFAULT_REGION: region.optional().describe("`aws-batch`: the same; `AWS_REGION` comes first"),
  AWS_ENDPOINT_URL_BATCH: z
    .string()
    .refine((text) => /^https?:\/\/[^?#\s]+$/.test(text) && URL.canParse(text.replaceAll("{region}", "r")), {
      error: "an http or https address without a query; {region} stands for the region",
    })
    .transform((text) => text.replace(/\/+$/, ""))
    .optional()
    .describe("`aws-batch`: address of the API, for VPC endpoints; `{region}` stands for the region"),
  VIDEO_BATCH_PLATFORM: z
    .enum(["fargate", "ec2"])
    .default("fargate")
    .describe("`aws-batch`: what runs the containers; Fargate takes certain pairs of vCPU and memory alone"),
  VIDEO_BATCH_DISK_GIB: wholeNumber(20, 16_384)
    .default(100)
    .describe("`aws-batch`: disk of the job definition, in GiB; a job that needs more is not launched"),
  VIDEO_BATCH_TIMEOUT_SECONDS: wholeNumber(60, FOURTEEN_DAYS)
    .default(6 * 3600)
    .describe("`aws-batch`: how long a container may run before Batch stops it"),
  AWS_ACCESS_KEY_ID: secret(z.string().min(1).optional(), "`aws-batch`: access key that may submit jobs"),
  AWS_SECRET_ACCESS_KEY: secret(z.string().min(1).optional(), "the secret of `AWS_ACCESS_KEY_ID`"),
  AWS_SESSION_TOKEN: secret(z.string().min(1).optional(), "`aws-batch`: with temporary credentials alone"),
};

export type AwsBatchSettings = z.infer<z.ZodObject<typeof AWS_BATCH_SETTINGS>>;

export const REQUIRED_BY_AWS_BATCH = [
  "VIDEO_BATCH_JOB_QUEUE",
  "VIDEO_BATCH_JOB_DEFINITION",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
] as const;

/** One of three settings names a region. */
export function missingAwsRegion(given: { readonly [name: string]: unknown }): "AWS_REGION"[] {
  const names = ["AWS_REGION", "AWS_DEFAULT_REGION", "LAUNCH_REGIONS"];
  return names.some((name) => given[name] !== undefined) ? [] : ["AWS_REGION"];
}

/** What the launcher works with. */
export type AwsBatch = {
  readonly jobQueue: string;
  readonly jobDefinition: string;
  /** Null where every order names one. */
  readonly region: string | null;
  readonly endpoint: string | null;
  readonly platform: "fargate" | "ec2";
  readonly diskGib: number;
  readonly timeoutSeconds: number;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string | null;
  };
};

/** Throws without the settings that LAUNCHER = aws-batch requires. */
export function awsBatchSettings(settings: AwsBatchSettings): AwsBatch {
  const required = (name: (typeof REQUIRED_BY_AWS_BATCH)[number]): string => {
    const value = settings[name];
    if (value === undefined) throw new Error(`The launcher aws-batch needs ${name}.`);
    return value;
  };
  return {
    jobQueue: required("VIDEO_BATCH_JOB_QUEUE"),
    jobDefinition: required("VIDEO_BATCH_JOB_DEFINITION"),
    region: settings.AWS_REGION ?? settings.AWS_DEFAULT_REGION ?? null,
    endpoint: settings.AWS_ENDPOINT_URL_BATCH ?? null,
    platform: settings.VIDEO_BATCH_PLATFORM,
    diskGib: settings.VIDEO_BATCH_DISK_GIB,
    timeoutSeconds: settings.VIDEO_BATCH_TIMEOUT_SECONDS,
    credentials: {
      accessKeyId: required("AWS_ACCESS_KEY_ID"),
      secretAccessKey: required("AWS_SECRET_ACCESS_KEY"),
      sessionToken: settings.AWS_SESSION_TOKEN ?? null,
    },
  };
}
