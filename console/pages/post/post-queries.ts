import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Job, Part, VideoPost } from "../../../client/index.ts";
import type { Api } from "../../api/api-client.ts";
import { answered } from "../../api/api-problem.ts";

export function postQuery(api: Api, videoPostId: string) {
  return queryOptions({
    queryKey: ["post", videoPostId],
    queryFn: ({ signal }) => answered(api.getVideoPost({ params: { videoPostId } }, { signal })),
  });
}

/** The newest jobs of a post. */
export function jobsQuery(api: Api, videoPostId: string) {
  return queryOptions({
    queryKey: ["post", videoPostId, "jobs"],
    queryFn: async ({ signal }) => (await answered(api.listJobs({ query: { videoPostId } }, { signal }))).jobs,
  });
}

export function historyQuery(api: Api, videoPostId: string) {
  return infiniteQueryOptions({
    queryKey: ["post", videoPostId, "history"],
    queryFn: ({ pageParam, signal }) =>
      answered(api.listVideoPostHistory({ params: { videoPostId }, query: { cursor: pageParam } }, { signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}

export function keysQuery(api: Api, videoPostId: string, fileIndex: number) {
  return queryOptions({
    queryKey: ["post", videoPostId, "keys", fileIndex],
    queryFn: async ({ signal }) => {
      const params = { videoPostId, fileIndex: String(fileIndex) };
      return (await answered(api.listVideoHlsEncryptKeys({ params }, { signal }))).items;
    },
  });
}

const ACTIVE: readonly Job["state"][] = ["QUEUED", "RUNNING", "RETRY_WAIT"];

export function isActive({ state }: Pick<Job, "state">): boolean {
  return ACTIVE.includes(state);
}

/** Whether jobs of the post are under way, so that it changes by itself. */
export function isProcessing({ files }: VideoPost): boolean {
  return files.some((part) => isInProgress(part) || (part.replacement !== null && isInProgress(part.replacement)));
}

function isInProgress({ transferResult, encryptStatus }: Pick<Part, "transferResult" | "encryptStatus">): boolean {
  if (transferResult === "TRANSCODING") return true;
  return transferResult === "SUCCESS" && (encryptStatus === "ENCRYPTING" || encryptStatus === "UNENCRYPTED");
}

export function captionsQuery(api: Api, videoPostId: string, fileIndex: number) {
  return queryOptions({
    queryKey: ["post", videoPostId, "captions", fileIndex],
    queryFn: ({ signal }) =>
      answered(api.listCaptions({ params: { videoPostId, fileIndex: String(fileIndex) } }, { signal })),
  });
}

export function chaptersQuery(api: Api, videoPostId: string, fileIndex: number) {
  return queryOptions({
    queryKey: ["post", videoPostId, "chapters", fileIndex],
    queryFn: ({ signal }) =>
      answered(api.getChapters({ params: { videoPostId, fileIndex: String(fileIndex) } }, { signal })),
  });
}
