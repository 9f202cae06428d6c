import type { AuditLog } from "../../shared/application/ports/audit-log.ts";

/** D1 deletes this many rows, with their index entries, in well under a second. */
const ROWS_PER_STATEMENT = 500;
/** Statements per minute, so that a backlog does not occupy the database: 14 million rows a day. */
const STATEMENTS_PER_SWEEP = 20;

/** Deletes expired events and returns how many. The next sweep deletes the rest. */
export async function expireAuditEvents({ auditLog }: { readonly auditLog: AuditLog }, now: number): Promise<number> {
  let expired = 0;
  for (let statement = 0; statement < STATEMENTS_PER_SWEEP; statement++) {
    const deleted = await auditLog.deleteExpired(now, ROWS_PER_STATEMENT);
    expired += deleted;
    if (deleted < ROWS_PER_STATEMENT) break;
  }
  return expired;
}
