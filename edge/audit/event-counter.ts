import { type AuditEvent, auditEvent, type Occurrence } from "../../shared/domain/access/audit-event.ts";

/** Occurrences of one kind within this time are counted together. */
const WINDOW_MS = 60_000;
/**
 * How long one request keeps the isolate at work for what was counted: less than the 30 s that the platform grants
 * after a response. New occurrences take over in time, so a window can be longer.
 */
const CARRY_MS = 20_000;
const TAKE_OVER_AFTER_MS = 10_000;

type Window = {
  readonly endsAt: number;
  /** What was noted since the last event of this window, with the times of the first and the last of them. */
  unsent: { readonly common: Occurrence; count: number; readonly since: number; until: number } | null;
};

/** The used part of the platform's ExecutionContext. */
export type Execution = { waitUntil(work: Promise<unknown>): void };

export interface EventCounter {
  /** Returns at once and leaves sending to `execution`. */
  note(occurrence: Occurrence, execution: Execution): void;
}

/** How occurrences are counted together. */
export type Kinds = {
  readonly of: (occurrence: Occurrence) => string;
  /** Number of kinds that are distinguished at a time; further ones are counted as what `coarser` makes of them. */
  readonly most: number;
  readonly coarser: (occurrence: Occurrence) => Occurrence;
};

type Deps = {
  send(events: readonly AuditEvent[]): Promise<void>;
  now(): number;
  /** Resolves after so many milliseconds. */
  wait(ms: number): Promise<unknown>;
  readonly retentionDays: number;
};

/**
 * Turns many occurrences into few events. The first of a kind is sent at once; its repetitions within a minute become
 * one event with their number and what they have in common. The memory is bounded. An isolate that is evicted loses
 * only counts, never the first of a kind.
 */
export function createEventCounter(kinds: Kinds, { send, now, wait, retentionDays }: Deps): EventCounter {
  const windows = new Map<string, Window>();
  let lastCarrier: { readonly startedAt: number } | null = null;

  const take = (window: Window): AuditEvent[] => {
    const { unsent } = window;
    window.unsent = null;
    if (unsent === null) return [];
    const { common, count, since, until } = unsent;
    const details = { ...common.details, until: new Date(until).toISOString() };
    return [auditEvent({ ...common, details }, count, since, retentionDays)];
  };

  /** All windows have the same length, so the map is in the order of their ends. */
  const closeEnded = (at: number): AuditEvent[] => {
    const events: AuditEvent[] = [];
    for (const [kind, window] of windows) {
      if (window.endsAt > at) break;
      windows.delete(kind);
      events.push(...take(window));
    }
    return events;
  };

  /** When no more occur, no request closes the windows: the last one sends what is counted. */
  const carry = (at: number, execution: Execution): void => {
    if (lastCarrier !== null && at - lastCarrier.startedAt < TAKE_OVER_AFTER_MS) return;
    const carrier = { startedAt: at };
    lastCarrier = carrier;
    const flush = () => {
      if (lastCarrier !== carrier) return send(closeEnded(now()));
      lastCarrier = null;
      return send([...windows.values()].flatMap(take));
    };
    execution.waitUntil(wait(CARRY_MS).then(flush));
  };

  return {
    note(occurrence, execution) {
      const at = now();
      const events = closeEnded(at);
      const known = kinds.of(occurrence);
      const noted = windows.has(known) || windows.size < kinds.most ? occurrence : kinds.coarser(occurrence);
      const kind = noted === occurrence ? known : kinds.of(noted);
      const window = windows.get(kind);
      if (window === undefined) {
        windows.set(kind, { endsAt: at + WINDOW_MS, unsent: null });
        events.push(auditEvent(noted, 1, at, retentionDays));
      } else {
        const { common, count, since } = window.unsent ?? { common: noted, count: 0, since: at };
        window.unsent = { common: inCommon(common, noted), count: count + 1, since, until: at };
        carry(at, execution);
      }
      if (events.length > 0) execution.waitUntil(send(events));
    },
  };
}

/** What two occurrences of one kind share. */
function inCommon(one: Occurrence, other: Occurrence): Occurrence {
  if (one === other) return one;
  const details = Object.entries(one.details ?? {}).filter(
    ([name, value]) => JSON.stringify(value) === JSON.stringify(other.details?.[name]),
  );
  return {
    ...one,
    clientAddress: one.clientAddress === other.clientAddress ? one.clientAddress : null,
    country: one.country === other.country ? one.country : null,
    details: details.length === 0 ? null : Object.fromEntries(details),
  };
}
