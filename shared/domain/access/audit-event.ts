import { uuidV7 } from "../../lib/random-id.ts";

/** An occurrence as its observer reports it, without time and id. It never holds a token, a key or a signed URL. */
export type Occurrence = {
  /** Id of a caller, `viewer:{name}`, `anonymous`, or `various` if several are counted together. */
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
  /** ISO 3166-1 alpha-2, or Cloudflare's code for an unknown country. */
  readonly country: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
};

/** A row of the audit log; times in milliseconds since the epoch. */
export type AuditEvent = Occurrence & {
  /** A UUIDv7 of `at`: it orders the log and makes a repeated write one row. */
  readonly id: string;
  readonly at: number;
  /** Number of equal occurrences that this event counts. */
  readonly count: number;
  /** The database refuses to delete the event before this time. */
  readonly keepUntil: number;
};

export type AuditOutcome = "done" | "refused";

const DAY_MS = 24 * 3600 * 1000;

export function auditEvent(occurrence: Occurrence, count: number, at: number, retentionDays: number): AuditEvent {
  return { ...occurrence, id: uuidV7(at), at, count, keepUntil: at + retentionDays * DAY_MS };
}

/** From 400 on the request had no effect, or its effect is unknown. */
export function auditOutcome({ status }: Pick<AuditEvent, "status">): AuditOutcome {
  return status >= 400 ? "refused" : "done";
}
