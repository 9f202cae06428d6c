import { type AuditEvent, auditEvent, type Occurrence } from "../../shared/domain/audit-event.ts";

/** Equal refusals within this time are counted together. */
const WINDOW_MS = 60_000;
/**
 * How long one request keeps the isolate at work for what was counted: less than the 30 s that the platform grants
 * after a response. New refusals take over in time, so a window can be longer.
 */
const CARRY_MS = 20_000;
const TAKE_OVER_AFTER_MS = 10_000;
/** Number of kinds that are distinguished at a time; further ones are counted by their reason alone. */
const MOST_WINDOWS = 200;

type Window = {
  readonly occurrence: Occurrence;
  readonly endsAt: number;
  /** Count since the last event of this window, with the times of the first and the last refusal. */
  unsent: { count: number; readonly since: number; until: number } | null;
};

/** The used part of the platform's ExecutionContext. */
export type Execution = { waitUntil(work: Promise<unknown>): void };

export interface RefusalCounter {
  /** Returns at once and leaves sending to `execution`. */
  note(refusal: Occurrence, execution: Execution): void;
}

type Deps = {
  send(events: readonly AuditEvent[]): Promise<void>;
  now(): number;
  /** Resolves after so many milliseconds. */
  wait(ms: number): Promise<unknown>;
  readonly retentionDays: number;
};

/**
 * Turns refusals into few events, so that a flood does not flood the log. The first of a kind is sent at once; its
 * repetitions within a minute become one event with their number. The memory is bounded. An isolate that is evicted
 * loses only counts, never the first of a kind.
 */
export function createRefusalCounter({ send, now, wait, retentionDays }: Deps): RefusalCounter {
  const windows = new Map<string, Window>();
  let lastCarrier: { readonly startedAt: number } | null = null;

  const take = (window: Window): AuditEvent[] => {
    const { occurrence, unsent } = window;
    window.unsent = null;
    if (unsent === null) return [];
    const details = { ...occurrence.details, until: new Date(unsent.until).toISOString() };
    return [auditEvent({ ...occurrence, details }, unsent.count, unsent.since, retentionDays)];
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

  /** When refusals stop, no request closes the windows: the last one sends what is counted. */
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
    note(refusal, execution) {
      const at = now();
      const events = closeEnded(at);
      const told = windows.size < MOST_WINDOWS || windows.has(kindOf(refusal)) ? refusal : withoutParticulars(refusal);
      const kind = kindOf(told);
      const window = windows.get(kind);
      if (window === undefined) {
        windows.set(kind, { occurrence: told, endsAt: at + WINDOW_MS, unsent: null });
        events.push(auditEvent(told, 1, at, retentionDays));
      } else {
        window.unsent = { count: (window.unsent?.count ?? 0) + 1, since: window.unsent?.since ?? at, until: at };
        carry(at, execution);
      }
      if (events.length > 0) execution.waitUntil(send(events));
    },
  };
}

function kindOf(refusal: Occurrence): string {
  return JSON.stringify(refusal);
}

/** Actions and reasons come from this code and are few. */
function withoutParticulars({ action, status, reason }: Occurrence): Occurrence {
  const nobody = { videoPostId: null, fileIndex: null, clientAddress: null, country: null, details: null };
  return { actor: "various", action, status, reason, ...nobody };
}
