import * as z from "zod";
import { seconds, wholeNumber } from "../setting-types.ts";
import { AWS_BATCH_SETTINGS, missingAwsRegion, REQUIRED_BY_AWS_BATCH } from "./aws-batch-settings.ts";
import { CLOUD_RUN_SETTINGS } from "./cloud-run-settings.ts";
import { FLY_MACHINES_SETTINGS } from "./fly-machines-settings.ts";
import { KUBERNETES_SETTINGS } from "./kubernetes-settings.ts";
import { LAUNCH_RESOURCE_SETTINGS } from "./launch-resource-settings.ts";
import { LOCAL_LAUNCHER_SETTINGS } from "./local-launcher-settings.ts";

export const LAUNCH_PLATFORMS = [
  "none",
  "local",
  "aws-batch",
  "fly-machines",
  "cloudflare-containers",
  "cloud-run",
  "kubernetes",
] as const;

export type LaunchPlatform = (typeof LAUNCH_PLATFORMS)[number];

const REGION = /^[a-z0-9][a-z0-9-]{0,62}$/;

const regions = z
  .string()
  .transform((text) => text.split(",").map((one) => one.trim()))
  .refine((names) => names.every((name) => REGION.test(name)), "names of regions with commas between them")
  .refine((names) => new Set(names).size === names.length, "names a region twice");

/** The settings of launches, whatever the platform. */
const COMMON = {
  LAUNCHER: z
    .enum(LAUNCH_PLATFORMS)
    .default("none")
    .describe("the platform on which a container is started for each job; `none`: processors poll"),
  LAUNCH_MAX_IN_FLIGHT: wholeNumber(1, 10_000)
    .default(10)
    .describe("containers that may be starting or running at once"),
  LAUNCH_TIMEOUT_SECONDS: seconds(900).describe(
    "how long a started container may take to claim its job; doubled after each that was too late, up to eightfold",
  ),
  LAUNCH_MAX_ATTEMPTS: wholeNumber(1, 1000)
    .default(40)
    .describe("launches in a row without a claim, after which the job fails"),
  LAUNCH_REGIONS: regions
    .optional()
    .describe("regions with commas between them; the next one is tried after a refusal for capacity"),
  ...LAUNCH_RESOURCE_SETTINGS,
};

/** Settings of launches. Each platform adds its own here, from `<platform>-settings.ts` of this folder. */
export const LAUNCH_SETTINGS = {
  ...COMMON,
  ...LOCAL_LAUNCHER_SETTINGS,
  ...FLY_MACHINES_SETTINGS,
  ...AWS_BATCH_SETTINGS,
  ...CLOUD_RUN_SETTINGS,
  ...KUBERNETES_SETTINGS,
};

type LaunchSetting = keyof typeof LAUNCH_SETTINGS;
type Given = { readonly LAUNCHER: LaunchPlatform } & { readonly [name in LaunchSetting]?: unknown };

/** What each platform cannot do without. Each platform adds its line here. */
const REQUIRED: { readonly [platform in LaunchPlatform]?: readonly LaunchSetting[] } = {
  local: ["LOCAL_LAUNCHER_URL", "LOCAL_LAUNCHER_TOKEN"],
  "fly-machines": ["FLY_APP", "FLY_IMAGE", "FLY_API_TOKEN"],
  "aws-batch": REQUIRED_BY_AWS_BATCH,
  "cloud-run": ["CLOUD_RUN_PROJECT", "CLOUD_RUN_REGION", "CLOUD_RUN_JOB", "CLOUD_RUN_SERVICE_ACCOUNT_KEY"],
  kubernetes: ["KUBERNETES_API_URL", "KUBERNETES_TOKEN", "KUBERNETES_IMAGE"],
};

/** The settings that the platform named by LAUNCHER lacks. */
export function missingLaunchSettings(settings: Given): readonly LaunchSetting[] {
  const missing = (REQUIRED[settings.LAUNCHER] ?? []).filter((name) => settings[name] === undefined);
  return settings.LAUNCHER === "aws-batch" ? [...missing, ...missingAwsRegion(settings)] : missing;
}
