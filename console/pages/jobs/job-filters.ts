import type { Job } from "../../../client/index.ts";

export const JOB_STATES = [
  "QUEUED",
  "RUNNING",
  "RETRY_WAIT",
  "SUCCEEDED",
  "FAILED",
  "CANCELLED",
] as const satisfies readonly Job["state"][];
export const JOB_KINDS = ["TRANSCODE", "ENCRYPT"] as const satisfies readonly Job["kind"][];

/** The filters of the list, as its address has them. */
export type JobFilters = {
  readonly state?: (typeof JOB_STATES)[number] | undefined;
  readonly kind?: (typeof JOB_KINDS)[number] | undefined;
  readonly post?: string | undefined;
};

/** What an address may have been edited to is left out. */
export function readJobFilters(search: Record<string, unknown>): JobFilters {
  const post = typeof search.post === "string" ? search.post.trim().slice(0, 64) : "";
  return {
    state: JOB_STATES.find((state) => state === search.state),
    kind: JOB_KINDS.find((kind) => kind === search.kind),
    post: post === "" ? undefined : post,
  };
}
