import type { Save, SaveOptions } from "../../shared/application/ports/video-post-repository.ts";

/** The save has a job wait: a new one, or one that returns to the queue. */
export function queuesJobs({ jobs, takenBack = [] }: Save, options: SaveOptions | undefined): boolean {
  return jobs.length > 0 || takenBack.length > 0 || options?.jobEnd.kind === "requeue";
}

/** The save ends jobs that nobody has finished. */
export function cancelsJobs({ post, endedFiles = [] }: Save, options: SaveOptions | undefined): boolean {
  return options?.jobEnd.kind === "cancel" || endedFiles.length > 0 || post.deletedAt !== null;
}
