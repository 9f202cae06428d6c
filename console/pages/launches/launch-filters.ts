import type { ListedLaunch } from "../../../client/index.ts";

export const LAUNCH_STATES = [
  "STARTING",
  "STARTED",
  "STOPPING",
  "REFUSED",
  "ENDED",
] as const satisfies readonly ListedLaunch["state"][];

export type LaunchFilters = {
  readonly state?: (typeof LAUNCH_STATES)[number] | undefined;
  readonly job?: string | undefined;
};

/** What an address may have been edited to is left out. */
export function readLaunchFilters(search: Record<string, unknown>): LaunchFilters {
  const job = typeof search.job === "string" ? search.job.trim().slice(0, 64) : "";
  return { state: LAUNCH_STATES.find((state) => state === search.state), job: job === "" ? undefined : job };
}
