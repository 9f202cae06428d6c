import type { StoredTrace } from "../../domain/post/post-trace.ts";

/** The revisions of a post: written by its saves alone, never changed, and kept when the post is deleted. */
export interface VideoPostHistory {
  /** The newest first; empty for a post that never existed. */
  page(query: HistoryQuery): Promise<readonly PostRevision[]>;
}

export type HistoryQuery = {
  readonly videoPostId: string;
  /** The oldest version of the previous page; null for the first page. */
  readonly before: number | null;
  readonly limit: number;
};

export type PostRevision = {
  readonly version: number;
  /** Milliseconds. */
  readonly at: number;
  /** Null in revisions of releases without a history. */
  readonly actor: string | null;
  readonly change: StoredTrace | null;
};
