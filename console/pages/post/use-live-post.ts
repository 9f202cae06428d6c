import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Job, VideoPost } from "../../../client/index.ts";
import { createStreamApi } from "../../api/api-client.ts";
import { answered } from "../../api/api-problem.ts";
import { eventsOf, type StreamedEvent } from "../../api/event-stream.ts";
import { useSession } from "../../session/session.tsx";
import { isActive, isProcessing, jobsQuery } from "./post-queries.ts";

/** Before a stream that ended is opened again. The post is read then, as often as a poll would. */
const RECONNECT_MS = 3000;

/**
 * Shows what happens to the post while jobs are under way, by its stream of events. Where no stream can be opened, each
 * attempt reads the post and its jobs instead.
 */
export function useLivePost(videoPostId: string, post: VideoPost | undefined): void {
  const { api, apiKey, ended } = useSession();
  const queries = useQueryClient();
  const jobs = useQuery({ ...jobsQuery(api, videoPostId), enabled: post !== undefined });
  const isLive = (post !== undefined && isProcessing(post)) || (jobs.data?.some(isActive) ?? false);
  useEffect(() => {
    if (!isLive) return;
    const leaving = new AbortController();
    void follow({ videoPostId, apiKey, queries, signal: AbortSignal.any([leaving.signal, ended]) });
    return () => leaving.abort();
  }, [isLive, videoPostId, apiKey, queries, ended]);
}

type Followed = {
  readonly videoPostId: string;
  readonly apiKey: string | null;
  readonly queries: QueryClient;
  readonly signal: AbortSignal;
};

async function follow(followed: Followed): Promise<void> {
  const { videoPostId, apiKey, queries, signal } = followed;
  const streams = createStreamApi(apiKey);
  while (!signal.aborted) {
    try {
      const stream = await answered(streams.streamVideoPostEvents({ params: { videoPostId } }, { signal }));
      if (stream.body !== null) for await (const event of eventsOf(stream.body)) show(followed, event);
    } catch {
      // Refused or cut off: the next attempt follows.
    }
    if (signal.aborted) return;
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    void queries.invalidateQueries({ queryKey: ["post", videoPostId] });
  }
}

function show({ videoPostId, queries }: Followed, { name, data }: StreamedEvent): void {
  const isShown = name === "job-progress" && showProgress(queries, videoPostId, data as ReportedProgress);
  // After `connected`, because the stream has no past.
  if (!isShown) void queries.invalidateQueries({ queryKey: ["post", videoPostId] });
}

type ReportedProgress = Pick<Job, "jobId" | "claimNo"> & { readonly progress: NonNullable<Job["progress"]> };

/** False for a job or a claim that is not known here yet. */
function showProgress(queries: QueryClient, videoPostId: string, report: ReportedProgress): boolean {
  const key = ["post", videoPostId, "jobs"];
  const known = queries.getQueryData<readonly Job[]>(key)?.find(({ jobId }) => jobId === report.jobId);
  if (known === undefined || known.state !== "RUNNING" || known.claimNo !== report.claimNo) return false;
  const { progress } = report;
  queries.setQueryData<readonly Job[]>(key, (jobs) =>
    jobs?.map((job) => (job.jobId === report.jobId ? { ...job, stage: progress.stage, progress } : job)),
  );
  return true;
}
