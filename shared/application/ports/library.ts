import type { PublishedVideo } from "../../domain/post/published-video.ts";
import type { ResourceType } from "../../domain/post/video-post.ts";

/** The library: published posts as sites list and show them. */
export interface Library {
  /**
   * What a post is at a version; `video` is null while it is not published. No effect where a later version is recorded,
   * so that no order of calls brings a post back.
   */
  record(entry: LibraryEntry): Promise<void>;
  /** Whether this version of the post or a later one is recorded. */
  reflects(videoPostId: string, version: number): Promise<boolean>;
  /** Null also for a post that has been withdrawn or deleted since it was recorded. */
  find(videoPostId: string): Promise<PublishedVideo | null>;
  /** The newest first, by publication and id, without posts that have been withdrawn or deleted since. */
  list(input: ListVideos): Promise<readonly PublishedVideo[]>;
  /** Published posts that wait to be recorded for the first time, in the order of their ids. */
  listUnrecorded(limit: number): Promise<readonly string[]>;
}

export type LibraryEntry = {
  readonly videoPostId: string;
  readonly version: number;
  readonly video: PublishedVideo | null;
};

export type VideoFilter = {
  readonly authorId?: string | undefined;
  readonly slug?: string | undefined;
  readonly resourceType?: ResourceType | undefined;
};

export type VideoPosition = { readonly publishedAt: number; readonly videoPostId: string };

/** `after`: the last video of the page before. */
export type ListVideos = {
  readonly filter: VideoFilter;
  readonly after: VideoPosition | null;
  readonly limit: number;
};
