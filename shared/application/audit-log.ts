import type { AuditEvent, AuditOutcome } from "../domain/audit-event.ts";

/** The log of who did what. Events are added and expire; nothing changes them. */
export interface AuditLog {
  /** All of them or none. An event whose id is there already stays as it is, so that a repetition does no harm. */
  append(events: readonly AuditEvent[]): Promise<void>;
  page(query: AuditQuery): Promise<readonly AuditEvent[]>;
  /** Deletes at most `limit` events that need no longer be kept, the oldest first. How many it were. */
  deleteExpired(now: number, limit: number): Promise<number>;
}

/** What is left out is not asked for. */
export type AuditFilter = {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly videoPostId?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  /** Milliseconds since the epoch: `from` belongs to the range, `to` does not. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
};

export type AuditQuery = {
  readonly filter: AuditFilter;
  readonly order: "newest-first" | "oldest-first";
  /** Id of the last event of the page before; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
};
