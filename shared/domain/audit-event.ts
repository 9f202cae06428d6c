import { uuidV7 } from "../lib/random-id.ts";

/** What happened, as it is told by whoever saw it: no time, no id. It never holds a token, a key or a signed URL. */
export type Occurrence = {
  /** Id of a caller, `viewer:{name}`, `anonymous`, or `various` where more than one is counted together. */
  readonly actor: string;
  /** A stable name such as `post.create`; docs/http-api.md lists them. */
  readonly action: string;
  readonly videoPostId: string | null;
  readonly fileIndex: number | null;
  /** HTTP status of the answer. */
  readonly status: number;
  /** Problem code of a refusal. */
  readonly reason: string | null;
  readonly clientAddress: string | null;
  /** ISO 3166-1 alpha-2, or what Cloudflare says instead of it. */
  readonly country: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
};

/** A row of the audit log; times in milliseconds since the epoch. */
export type AuditEvent = Occurrence & {
  /** A UUIDv7 of `at`: the order of the log, and why writing an event twice makes one row. */
  readonly id: string;
  readonly at: number;
  /** How many equal occurrences this event stands for. */
  readonly count: number;
  /** Until then the database refuses to delete it. */
  readonly keepUntil: number;
};

export type AuditOutcome = "done" | "refused";

const DAY_MS = 24 * 3600 * 1000;

export function auditEvent(occurrence: Occurrence, count: number, at: number, retentionDays: number): AuditEvent {
  return { ...occurrence, id: uuidV7(at), at, count, keepUntil: at + retentionDays * DAY_MS };
}

/** From 400 on nothing was done, or nobody can say that it was. */
export function auditOutcome({ status }: Pick<AuditEvent, "status">): AuditOutcome {
  return status >= 400 ? "refused" : "done";
}
