import type { AuditEvent, AuditOutcome } from "../../domain/access/audit-event.ts";

/** The append-only log of who did what. Events are added and expire; only a viewer who is forgotten changes them. */
export interface AuditLog {
  /** All events or none. An event whose id is stored already stays as it is, so a repetition does no harm. */
  append(events: readonly AuditEvent[]): Promise<void>;
  page(query: AuditQuery): Promise<readonly AuditEvent[]>;
  /**
   * Removes a viewer from at most `limit` events of which it is the actor, and from as many that name it: actor,
   * address, country, viewer and token id. Their other facts stay. Repeat it until it is finished.
   */
  forgetViewer(viewer: NamedViewer, limit: number): Promise<{ readonly forgotten: number; readonly finished: boolean }>;
  /** Deletes at most `limit` events whose retention is over, the oldest first. Returns how many. */
  deleteExpired(now: number, limit: number): Promise<number>;
}

/** By the id under which the log has its actions, and the name that sites gave it. */
export type NamedViewer = { readonly viewerId: string; readonly name: string };

/** A field that is left out does not filter. */
export type AuditFilter = {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly videoPostId?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  /** Milliseconds since the epoch: the range includes `from` and excludes `to`. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
};

export type AuditQuery = {
  readonly filter: AuditFilter;
  readonly order: "newest-first" | "oldest-first";
  /** Id of the last event of the previous page; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
};
