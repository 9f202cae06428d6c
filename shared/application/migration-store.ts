/*
 * The line of imported parts whose migration was asked for as a batch, and how far all of it is. Which parts stand in it
 * is written here alone; that a part was asked for, and its job, are the aggregate's.
 */

export interface MigrationStore {
  /** The post that an import has made; null when it has made none. */
  findImportedPost(importId: string): Promise<string | null>;
  /**
   * Puts parts in line, at most `limit`, those imported first. Of everything: parts that wait. Of one post or part: those
   * whose job was cancelled as well. How many stand in line that did not before.
   */
  enqueue(selection: MigrationSelection, limit: number, now: number): Promise<number>;
  /** Empties the line; what was begun goes on. How many stood in it. */
  clear(): Promise<number>;
  /** Who is next, as many as make `maxInFlight` together with the parts whose jobs are live. */
  next(maxInFlight: number): Promise<readonly QueuedPart[]>;
  /** Out of the line again: it was begun, or cannot be. */
  leave(fileId: string): Promise<void>;
  /** Parts whose jobs are live, whoever asked for them. */
  underWay(): Promise<number>;
  progress(): Promise<MigrationProgress>;
}

export type MigrationSelection =
  | { readonly kind: "everything" }
  | { readonly kind: "post"; readonly videoPostId: string; readonly fileIndex: number | null };

export type QueuedPart = { readonly fileId: string; readonly videoPostId: string; readonly fileIndex: number };

/** Parts by how far they are; each counts once, and those of deleted posts do not. */
export type MigrationProgress = {
  /** Nobody has asked for them. */
  readonly waiting: number;
  /** In line. */
  readonly queued: number;
  readonly underWay: number;
  /** An operator may retry their jobs. */
  readonly failed: number;
  /** Their job was cancelled; asked for by post, they go on. */
  readonly stopped: number;
  readonly migrated: number;
};
