import type { RefusalCause } from "../../shared/domain/job/job-launch.ts";
import { logError } from "../log/log.ts";
import { type AnnounceDeps, announce } from "./announce-event.ts";
import { type QueueDeps, queueDueDeliveries } from "./queue-deliveries.ts";

export type DelayedLaunch = {
  readonly launchId: string;
  readonly jobId: string;
  readonly videoPostId: string;
  readonly fileIndex: number | null;
  readonly state: "REFUSED" | "STARTED" | "ENDED";
  readonly cause: RefusalCause | null;
  readonly reason: string;
};

const TYPE = "job.launch_delayed";

/** At most one for each launch and state: a platform that changes its reasons adds nothing. */
export async function announceLaunch(
  deps: AnnounceDeps & QueueDeps & { readonly settings: { readonly LAUNCHER: string } },
  { launchId, jobId, videoPostId, fileIndex, state, cause, reason }: DelayedLaunch,
): Promise<void> {
  try {
    if (!(await deps.webhookDeliveries.isWanted(TYPE))) return;
    const id = `evt_launch_${launchId}_${state.toLowerCase()}`;
    const { LAUNCHER: platform } = deps.settings;
    const data = { videoPostId, fileIndex, jobId, launchId, platform, state, cause, reason };
    await announce({ id, type: TYPE, at: deps.now(), data }, deps);
    await queueDueDeliveries(deps);
  } catch (error) {
    // The launch itself is recorded.
    logError("webhooks", error, { launchId });
  }
}
