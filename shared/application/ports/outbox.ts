import type { DomainEvent } from "../../domain/events/domain-event.ts";

/** The events of saves, stored with the save itself and delivered at least once. */
export interface Outbox {
  /**
   * Starts one delivery of saves that are due, in the order of their creation. Each is due again after a wait that
   * doubles with its attempts, unless it is marked before. Parallel calls take different saves.
   */
  takeDue(input: TakeDue): Promise<readonly SavedEvents[]>;
  /** Idempotent. A save that is not marked is taken again. */
  markDispatched(revision: RevisionRef, now: number): Promise<void>;
}

/** `first`, `again`: the most saves that were never taken, and the most that were. Neither delays the other. */
export type TakeDue = {
  readonly now: number;
  readonly first: number;
  readonly again: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
};

/** One save of a post. */
export type RevisionRef = { readonly videoPostId: string; readonly version: number };

/** Never without an event: a save that has none counts as dispatched. */
export type SavedEvents = RevisionRef & { readonly events: readonly DomainEvent[] };
