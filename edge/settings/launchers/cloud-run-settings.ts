import * as z from "zod";
import { secret } from "../setting-types.ts";

const keySchema = z.object({
  type: z.literal("service_account"),
  client_email: z.string().min(1),
  private_key_id: z.string().min(1),
  private_key: z.string().regex(/^-----BEGIN PRIVATE KEY-----[A-Za-z0-9+/=\s]+-----END PRIVATE KEY-----\s*$/),
  token_uri: z.url({ protocol: /^https?$/ }),
});

/** The key of a service account of Google Cloud, as `gcloud iam service-accounts keys create` writes it. */
export type ServiceAccountKey = z.infer<typeof keySchema>;

const keyText = z.string().transform((text, check) => {
  const parsed = keySchema.safeParse(parsedJson(text));
  if (parsed.success) return parsed.data;
  check.addIssue({ code: "custom", message: "the JSON of a service account's key is needed, in one line" });
  return z.NEVER;
});

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The settings of the launcher `cloud-run`. */
export const CLOUD_RUN_SETTINGS = {
  CLOUD_RUN_PROJECT: z
    .string()
    .regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$|^\d{6,20}$/, "the id or number of a project of Google Cloud")
    .optional()
    .describe("project of Google Cloud that holds the job"),
  CLOUD_RUN_REGION: z
    .string()
    .regex(/^[a-z]+-[a-z]+\d+$/, "a region such as europe-west4")
    .optional()
    .describe("region of the job where `LAUNCH_REGIONS` names none"),
  CLOUD_RUN_JOB: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, "the name of a job of Cloud Run")
    .optional()
    .describe("name of the job of Cloud Run (`infra/cloud-run/job.json`), the same in each region"),
  CLOUD_RUN_SERVICE_ACCOUNT_KEY: secret(
    keyText.optional(),
    "JSON key of a service account that may run the job of `CLOUD_RUN_JOB`",
  ),
  CLOUD_RUN_API_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/[?#]/.test(url), "must have no query")
    .transform((url) => url.replace(/\/+$/, ""))
    .default("https://run.googleapis.com")
    .describe("address of the Cloud Run Admin API"),
};

export type CloudRun = {
  readonly project: string;
  readonly region: string;
  readonly job: string;
  readonly key: ServiceAccountKey;
  readonly apiUrl: string;
};

type Given = { readonly [name in keyof typeof CLOUD_RUN_SETTINGS]?: z.infer<(typeof CLOUD_RUN_SETTINGS)[name]> };

/** Throws where the settings were not checked before. */
export function cloudRunSettings(settings: Given): CloudRun {
  const { CLOUD_RUN_PROJECT: project, CLOUD_RUN_REGION: region, CLOUD_RUN_JOB: job } = settings;
  const { CLOUD_RUN_SERVICE_ACCOUNT_KEY: key, CLOUD_RUN_API_URL: apiUrl } = settings;
  if (project === undefined || region === undefined || job === undefined) throw new Error(MISSING);
  if (key === undefined || apiUrl === undefined) throw new Error(MISSING);
  return { project, region, job, key, apiUrl };
}

const MISSING = "a setting of Cloud Run is missing";
