import type { RevisionRef, SavedEvents } from "../../application/ports/outbox.ts";
import { type DomainEvent, identifyEvents, type NewEvent } from "../../domain/events/domain-event.ts";

/** Doublings after which the wait is at its longest in any case. */
export const MOST_DOUBLINGS = 20;

export type DueRow = RevisionRef & { readonly events: readonly (NewEvent | DomainEvent)[]; readonly at: number };

/** A statement returns its rows in any order. Those of one post are in the order of its saves. */
export function dueSaves(rows: readonly DueRow[]): readonly SavedEvents[] {
  const saves = rows.toSorted(
    (one, other) => one.at - other.at || compare(one.videoPostId, other.videoPostId) || one.version - other.version,
  );
  // Earlier releases saved events without an identity.
  return saves.map(({ at, ...save }) => ({ ...save, events: identifyEvents({ ...save, at }, save.events) }));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
