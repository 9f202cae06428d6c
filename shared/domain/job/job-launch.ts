import type { JobKind } from "./transcode-job.ts";

/**
 * STARTING: the platform has not answered. STARTED: it has started a container. STOPPING: the container is not wanted
 * any more, and the platform has not confirmed its end. REFUSED: nothing was started. ENDED: the container is gone.
 */
export const LAUNCH_STATES = ["STARTING", "STARTED", "STOPPING", "REFUSED", "ENDED"] as const;
export type LaunchState = (typeof LAUNCH_STATES)[number];

export const REFUSAL_CAUSES = ["capacity", "throttled", "misconfigured"] as const;
export type RefusalCause = (typeof REFUSAL_CAUSES)[number];

/** A container that was ordered for a job. */
export type JobLaunch = {
  readonly launchId: string;
  /** The job that it was ordered for. */
  readonly jobId: string;
  /** Counts the launches of the job, from 1. */
  readonly number: number;
  readonly state: LaunchState;
  readonly platform: string;
  readonly region: string | null;
  /** The platform's name of the container; null until it has answered. */
  readonly platformId: string | null;
  readonly cause: RefusalCause | null;
  /** The platform's own words on why it does not start or has ended. */
  readonly reason: string | null;
  readonly exitCode: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** What is known about the source of a job when it is launched. */
export type SourceFacts = {
  readonly kind: JobKind;
  readonly bytes: number | null;
  readonly seconds: number | null;
  readonly pixels: number | null;
  readonly codec: string | null;
};

/**
 * How often the time to claim a job doubles: each time that it ran out for a container that the platform had accepted. A
 * platform that is slower than the time would otherwise replace its containers until the job fails.
 */
export const MOST_TIMEOUT_DOUBLINGS = 3;

/** Limits the creation of containers: `burst` at once, then one each `intervalMs`. */
export type LaunchRate = { readonly intervalMs: number; readonly burst: number };
