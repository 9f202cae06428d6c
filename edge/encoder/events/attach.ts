import type { EventLog } from "./event-log.ts";
import {
  connectedText,
  type EventData,
  type EventName,
  eventId,
  eventText,
  readEventId,
  type StreamEvent,
} from "./event-text.ts";

/** Where a client continues. `missed`: stored events after what it has; null where some are not stored any more. */
export type Position =
  | { readonly kind: "new" }
  | { readonly kind: "gap" }
  | { readonly kind: "known"; readonly seq: number; readonly missed: readonly StreamEvent[] };

/** `last`: the number of the last event that was sent. */
export function positionOf(log: EventLog, lastEventId: string | null, last: number): Position {
  if (lastEventId === null) return { kind: "new" };
  const { epoch, seq } = readEventId(lastEventId);
  if (epoch !== log.epoch() || seq > last) return { kind: "gap" };
  if (seq === last) return { kind: "known", seq, missed: [] };
  const missed = log.between(seq, last);
  return missed === null ? { kind: "gap" } : { kind: "known", seq, missed };
}

/** The id of a first text that has not arrived whole: no numbering has it, so that its client gets the present again. */
const INCOMPLETE = eventId("incomplete", 0);

/**
 * The first text of a stream. A client that continues gets what it missed. Any other one gets `present` as full
 * updates, whose id counts as received only with the last of them.
 */
export function firstText(
  epoch: string,
  position: Position,
  present: readonly EventData[],
  last: number,
  shown: (event: StreamEvent) => EventData = ({ data }) => data,
): string {
  if (position.kind === "known") {
    const missed = position.missed.map((event) => eventText(eventId(epoch, event.seq), event.name, shown(event)));
    return connectedText(eventId(epoch, position.seq)) + missed.join("");
  }
  const idAfter = (shown: number) => (shown === present.length ? eventId(epoch, last) : INCOMPLETE);
  const updates = present.map((data, index) => eventText(idAfter(index + 1), "job-update", data));
  return connectedText(idAfter(0)) + updates.join("");
}

/** The end of a job with its data as it is sent now. */
export type Ending = { readonly name: EventName; readonly data: EventData; readonly seq: number };

/** The whole stream of a job that has ended. A client that has missed too much gets the full view before the end. */
export function endedText(epoch: string, position: Position, view: EventData, { name, data, seq }: Ending): string {
  if (position.kind === "known") {
    return firstText(epoch, position, [], seq, (event) => (event.seq === seq ? data : event.data));
  }
  const present = position.kind === "gap" ? [view] : [];
  return firstText(epoch, position, present, seq - 1) + eventText(eventId(epoch, seq), name, data);
}
