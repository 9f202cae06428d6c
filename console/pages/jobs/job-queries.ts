import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Job } from "../../../client/index.ts";
import type { Api } from "../../api/api-client.ts";
import { answered } from "../../api/api-problem.ts";
import type { JobFilters } from "./job-filters.ts";

const PAGE = "100";
const LIVE_MS = 3000;

/** The newest jobs first. */
export function jobsQuery(api: Api, { state, kind, post }: JobFilters) {
  const filters = { state, kind, videoPostId: post };
  return infiniteQueryOptions({
    queryKey: ["jobs", "list", filters],
    queryFn: ({ pageParam, signal }) =>
      answered(api.listJobs({ query: { ...filters, limit: PAGE, cursor: pageParam } }, { signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}

/** Read again every few seconds until the job has ended. */
export function jobQuery(api: Api, jobId: string) {
  return queryOptions({
    queryKey: ["jobs", "one", jobId],
    queryFn: ({ signal }) => answered(api.getJob({ params: { jobId } }, { signal })),
    refetchInterval: ({ state: { data } }) => (data !== undefined && isLive(data) ? LIVE_MS : false),
  });
}

export function launchesOfJobQuery(api: Api, jobId: string) {
  return queryOptions({
    queryKey: ["jobs", "launches", jobId],
    queryFn: ({ signal }) => answered(api.listLaunches({ query: { jobId, limit: "200" } }, { signal })),
  });
}

export function historyOfPostQuery(api: Api, videoPostId: string) {
  return queryOptions({
    queryKey: ["jobs", "history", videoPostId],
    queryFn: ({ signal }) =>
      answered(api.listVideoPostHistory({ params: { videoPostId }, query: { limit: "50" } }, { signal })),
  });
}

/** Whether a processor works on the job or may do so without an operator. */
export function isLive({ state }: Pick<Job, "state">): boolean {
  return state === "QUEUED" || state === "RUNNING" || state === "RETRY_WAIT";
}

/** Whether an operator may retry it. The API refuses where a newer job has replaced it. */
export function mayBeRetried({ state }: Pick<Job, "state">): boolean {
  return state === "FAILED" || state === "CANCELLED";
}
