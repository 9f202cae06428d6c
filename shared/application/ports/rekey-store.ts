/**
 * The queue of imported parts that wait for their re-key, and how far all of it is. This store alone writes which parts
 * are queued; the request of a part and its job belong to the aggregate.
 */
export interface RekeyStore {
  /** The post that an import has created; null when it has created none. */
  findImportedPost(importId: string): Promise<string | null>;
  /**
   * Queues at most `limit` parts, in the order of their import. "everything" takes waiting parts; a post or a part also
   * takes those whose job was cancelled. Returns how many parts were newly queued.
   */
  enqueue(selection: RekeySelection, limit: number, now: number): Promise<number>;
  /** Empties the queue; parts whose jobs exist continue. Returns how many parts were queued. */
  clear(): Promise<number>;
  /** The next parts, as many as make `maxInFlight` together with the parts that have live jobs. */
  next(maxInFlight: number): Promise<readonly QueuedPart[]>;
  /** Removes a part from the queue: its job exists, or cannot be created. */
  leave(fileId: string): Promise<void>;
  /** Parts with live jobs, however they were requested. */
  underWay(): Promise<number>;
  progress(): Promise<RekeyProgress>;
}

export type RekeySelection =
  | { readonly kind: "everything" }
  | { readonly kind: "post"; readonly videoPostId: string; readonly fileIndex: number | null };

export type QueuedPart = { readonly fileId: string; readonly videoPostId: string; readonly fileIndex: number };

/** Parts by state; each counts once, and parts of deleted posts do not count. */
export type RekeyProgress = {
  /** Not requested. */
  readonly waiting: number;
  readonly queued: number;
  readonly underWay: number;
  /** Their jobs may be retried by an operator. */
  readonly failed: number;
  /** Their job was cancelled; a request by post continues them. */
  readonly stopped: number;
  readonly migrated: number;
};
