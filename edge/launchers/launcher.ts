import type { Resources } from "../../shared/domain/job/launch-resources.ts";
import type { JobKind } from "../../shared/domain/job/transcode-job.ts";

export { LAUNCH_PLATFORMS, type LaunchPlatform } from "../settings/launchers/launch-settings.ts";

export type LaunchResources = Resources;

export type LaunchOrder = {
  readonly jobId: string;
  /** Ours; unique for each launch; part of names and tags where the platform has them. */
  readonly launchId: string;
  readonly kind: JobKind;
  readonly resources: LaunchResources;
  /** One of LAUNCH_REGIONS; null where none is set. */
  readonly region: string | null;
  /** Host of a source that is fetched by URL, for platforms that limit egress. */
  readonly sourceHost: string | null;
};

export type RefusalCause = "capacity" | "throttled" | "misconfigured";

export type LaunchAnswer =
  | { readonly kind: "launched"; readonly platformId: string }
  /** Nothing was started. `reason` is the platform's own. */
  | {
      readonly kind: "refused";
      readonly cause: RefusalCause;
      readonly reason: string;
      readonly retryAfterSeconds: number | null;
    };

export type LaunchedRun = {
  readonly platformId: string;
  readonly jobId: string | null;
  readonly state: "waiting" | "running" | "ended";
  /** The platform's own words on why it waits or ended, for example Batch's statusReason; null where it says nothing. */
  readonly reason: string | null;
  readonly exitCode: number | null;
};

/** Starts one container for one job on a platform. A launch may be repeated: the claim of the job is the only guard. */
export interface Launcher {
  /** Throws when it is unknown whether a container was started (network, 5xx): the launch is then repeated. */
  launch(order: LaunchOrder, signal: AbortSignal): Promise<LaunchAnswer>;
  /** Runs that the platform does not know any more are left out. */
  describe(platformIds: readonly string[], signal: AbortSignal): Promise<readonly LaunchedRun[]>;
  /** A run that is gone counts as stopped. */
  stop(platformId: string, reason: string, signal: AbortSignal): Promise<void>;
}
