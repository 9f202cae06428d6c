import type { LaunchOrder } from "../launcher.ts";
import type { GuestSize } from "./guest-size.ts";

/** Fly waits at most five minutes. The processor needs its STOP_SECONDS. The API takes the unit as part of a text. */
const STOP = { signal: "SIGTERM", timeout: "300s" } as const;

/** Fly's names are of lower-case letters, digits and dashes, and unique in their app. */
export function machineName(launchId: string): string {
  return `ladderlock-${launchId.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`;
}

/** The body of a request that creates a machine for one job and starts it. */
export function machineRequest(order: LaunchOrder, image: string, { cpus, memoryMib, rootfsGib }: GuestSize) {
  return {
    name: machineName(order.launchId),
    ...(order.region === null ? {} : { region: order.region }),
    config: {
      image,
      guest: { cpu_kind: "performance", cpus, memory_mb: memoryMib },
      rootfs: { size_gb: rootfsGib },
      init: { cmd: ["run"] },
      env: { VIDEO_JOB_ID: order.jobId },
      metadata: { job_id: order.jobId, launch_id: order.launchId },
      // Fly restarts a machine that fails up to ten times, unless it is asked not to. Retries belong to the database.
      restart: { policy: "no" },
      auto_destroy: true,
      stop_config: STOP,
    },
  };
}

/** The same for a machine that is stopped before its job ends. */
export const STOP_REQUEST = STOP;
