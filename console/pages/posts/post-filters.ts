import type { VideoPostSummary } from "../../../client/index.ts";

export const POST_STATUSES = [
  "DRAFT",
  "TRANSCODING",
  "TRANSCODE_FAILED",
  "PROCESSING_CANCELLED",
  "PENDING_AUDIT",
  "PUBLISHED",
  "REJECTED",
  "DELETED",
] as const satisfies readonly VideoPostSummary["status"][];

export const RESOURCE_TYPES = ["VIDEO", "AUDIO"] as const satisfies readonly VideoPostSummary["resourceType"][];

/** The filters of the list, as its address has them. */
export type PostFilters = {
  readonly status?: (typeof POST_STATUSES)[number] | undefined;
  readonly type?: (typeof RESOURCE_TYPES)[number] | undefined;
  /** How titles begin. */
  readonly title?: string | undefined;
};

/** What an address may have been edited to is left out. */
export function readPostFilters(search: Record<string, unknown>): PostFilters {
  const title = typeof search.title === "string" ? search.title.slice(0, 200) : "";
  return {
    status: POST_STATUSES.find((status) => status === search.status),
    type: RESOURCE_TYPES.find((type) => type === search.type),
    title: title === "" ? undefined : title,
  };
}
