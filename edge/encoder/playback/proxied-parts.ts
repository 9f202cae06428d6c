import type { JobStore } from "../../../shared/application/ports/job-store.ts";
import { readEncoderJobName } from "../../../shared/domain/encoder/encoder-job.ts";
import { createTemplateCache } from "../../playlist-template/template-cache.ts";

export type ProxiedPart = { readonly videoPostId: string; readonly fileIndex: number };

export type FoundPart =
  | { readonly kind: "part"; readonly part: ProxiedPart }
  | { readonly kind: "unknown" | "deleted" }
  /** Too many unknown names in this second. */
  | { readonly kind: "busy" };

/** The part that a job made, by the name of the job. */
export interface ProxiedParts {
  find(jobName: string): Promise<FoundPart>;
}

const MOST_BYTES = 2 ** 20;
const PART_BYTES = 200;
/** Look-ups that find nothing, in one second of an isolate: made-up names must not use up the database. */
const MOST_MISSES = 200;

/** A job belongs to one part for good, so an isolate asks about it once. */
export function createProxiedParts(jobs: Pick<JobStore, "find">, now: () => number): ProxiedParts {
  const known = createTemplateCache<ProxiedPart>(MOST_BYTES);
  let misses = { second: 0, count: 0 };

  const missesNow = () => {
    const second = Math.floor(now() / 1000);
    if (misses.second !== second) misses = { second, count: 0 };
    return misses;
  };

  return {
    find: async (jobName) => {
      const part = known.get(jobName);
      if (part !== undefined) return { kind: "part", part };
      const jobId = readEncoderJobName(jobName);
      if (jobId === null) return { kind: "unknown" };
      const counted = missesNow();
      if (counted.count >= MOST_MISSES) return { kind: "busy" };
      counted.count++;
      const job = await jobs.find(jobId);
      if (job === null || job.kind !== "TRANSCODE") return { kind: "unknown" };
      counted.count--;
      const { videoPostId, fileIndex } = job;
      if (fileIndex === null) return { kind: "deleted" };
      known.put(jobName, { videoPostId, fileIndex }, PART_BYTES);
      return { kind: "part", part: { videoPostId, fileIndex } };
    },
  };
}
