import type { DomainEvent } from "../../domain/domain-event.ts";

/** The events of saves, stored with the save itself and delivered at least once. */
export interface Outbox {
  /** Saves whose events are not yet delivered, the oldest first. */
  listUndispatched(limit: number): Promise<readonly SavedEvents[]>;
  /** Idempotent. A save that is not marked is listed again. */
  markDispatched(revision: RevisionRef, now: number): Promise<void>;
}

/** One save of a post. */
export type RevisionRef = { readonly videoPostId: string; readonly version: number };

/** Never without an event: a save that has none counts as dispatched. */
export type SavedEvents = RevisionRef & { readonly events: readonly DomainEvent[] };
