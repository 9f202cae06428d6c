import { z } from "zod";
import type { EncoderJob } from "../../client/index.ts";
import { type OperatorClient, OperatorUnreachable } from "../../processor/adapters/operator-client.ts";
import { readEvents } from "./server-sent-events.ts";

export type JobProgress = Pick<
  EncoderJob,
  "status" | "stage" | "progressPercentage" | "completedSegments" | "totalSegments"
>;

export type FollowDeps = {
  readonly client: Pick<OperatorClient, "getEncoderJob">;
  readonly serviceUrl: string;
  readonly apiKey: string;
  readonly fetch: typeof fetch;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: JobProgress) => void;
};

/** Also the time between two looks at the job where no stream of events can be had. */
const RECONNECT_MS = 1000;
/** A Worker that is deployed, or a network that changes, is back within that. */
const TRIES = 30;
const ENDED: readonly EncoderJob["status"][] = ["COMPLETED", "FAILED", "CANCELLED"];

const progressSchema = z.looseObject({
  status: z.enum(["DOWNLOADING", "ENCODING", "UPLOADING_TO_CLOUD_STORAGE"]),
  stage: z.string().nullable(),
  progressPercentage: z.number(),
  completedSegments: z.number(),
  totalSegments: z.number().nullable(),
});

/** Reports the progress of a job until it has ended, and returns it. Throws the signal's reason, or a refusal. */
export async function followJob(jobId: string, deps: FollowDeps): Promise<EncoderJob> {
  const { sleep, signal, onProgress } = deps;
  const position = { lastEventId: "" };
  for (let failed = 0; ; ) {
    signal.throwIfAborted();
    try {
      const job = await deps.client.getEncoderJob({ params: { jobId } }, { signal });
      failed = 0;
      if (ENDED.includes(job.status)) return job;
      onProgress(job);
      await listen(jobId, position, deps);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof OperatorUnreachable)) throw error;
      failed += 1;
      if (failed >= TRIES) throw error;
    }
    await sleep(RECONNECT_MS, signal);
  }
}

/** Reads the stream until it ends: whatever the reason is, the job itself says what has become of it. */
async function listen(jobId: string, position: { lastEventId: string }, deps: FollowDeps): Promise<void> {
  const { serviceUrl, apiKey, fetch, signal, onProgress } = deps;
  const headers = {
    authorization: `Bearer ${apiKey}`,
    accept: "text/event-stream",
    ...(position.lastEventId === "" ? {} : { "last-event-id": position.lastEventId }),
  };
  const address = `${serviceUrl}/api/v2/m3u8-encoder/events?jobId=${encodeURIComponent(jobId)}`;
  try {
    const response = await fetch(address, { headers, redirect: "manual", signal });
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      return;
    }
    for await (const { id, event, data } of readEvents(response.body)) {
      position.lastEventId = id;
      if (event !== "connected" && event !== "job-update") return;
      const progress = progressSchema.safeParse(jsonIn(data));
      if (progress.success) onProgress(progress.data as JobProgress);
    }
  } catch {
    signal.throwIfAborted();
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
