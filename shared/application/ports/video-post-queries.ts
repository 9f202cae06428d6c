import type { ResourceType, VideoPostStatus } from "../../domain/post/video-post.ts";

/** Lists of posts that do not load the aggregate. */
export interface VideoPostQueries {
  /**
   * One page: the newest posts first, or with `titlePrefix` in the order of folded titles and of ids. Deleted posts are
   * listed only when their status is asked for. A page reads a bounded number of posts whatever the filter is, so it may
   * have fewer items than `limit`, or none, although others follow.
   */
  list(query: VideoPostQuery): Promise<VideoPostPage>;
}

/** A field that is left out does not filter. */
export type VideoPostFilter = {
  readonly status?: VideoPostStatus | undefined;
  readonly authorId?: string | undefined;
  readonly slug?: string | undefined;
  readonly resourceType?: ResourceType | undefined;
  /** How the folded title begins: `foldTitle` of what a reader typed, and not "". */
  readonly titlePrefix?: string | undefined;
  /** Milliseconds since the epoch: the range includes `createdFrom` and excludes `createdBefore`. */
  readonly createdFrom?: number | undefined;
  readonly createdBefore?: number | undefined;
};

export type VideoPostQuery = {
  readonly filter: VideoPostFilter;
  /** `next` of the previous page; null for the first page. */
  readonly after: VideoPostPosition | null;
  readonly limit: number;
};

/** Behind a post; with its folded title in a list by `titlePrefix`. */
export type VideoPostPosition = { readonly videoPostId: string; readonly titleFolded?: string | undefined };

export type VideoPostPage = {
  readonly items: readonly VideoPostSummary[];
  /** Null after the last page. */
  readonly next: VideoPostPosition | null;
};

/** A post without its parts, but with the poster of the first one that has one. */
export type VideoPostSummary = {
  readonly videoPostId: string;
  readonly authorId: string;
  readonly title: string;
  readonly slug: string;
  readonly resourceType: ResourceType;
  readonly status: VideoPostStatus;
  readonly durationSeconds: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly publishedAt: number | null;
  /** Null where no part has one, and of a deleted post. */
  readonly poster: ListedPoster | null;
};

export type ListedPoster = {
  readonly fileIndex: number;
  readonly width: number;
  readonly height: number;
  /** From 1; null for an image that an editor uploaded. */
  readonly candidate: number | null;
  /** The end of its address; null unless anybody may see it. */
  readonly address: string | null;
};
