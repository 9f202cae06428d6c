import type { ResourceType, VideoPostStatus } from "../../domain/video-post.ts";

/** Lists of posts that do not load the aggregate. */
export interface VideoPostQueries {
  /** The newest posts first. Deleted posts are listed only when their status is asked for. */
  listNewest(filter: VideoPostFilter): Promise<readonly VideoPostSummary[]>;
}

export type VideoPostFilter = { readonly status?: VideoPostStatus | undefined; readonly limit: number };

/** A post without its parts. */
export type VideoPostSummary = {
  readonly videoPostId: string;
  readonly title: string;
  readonly resourceType: ResourceType;
  readonly status: VideoPostStatus;
  readonly durationSeconds: number;
  readonly createdAt: number;
};
