import type { AuditLog } from "../../shared/application/ports/audit-log.ts";

/** A statement of this many rows, with their entries in the indexes, takes D1 well under a second. */
const ROWS_PER_STATEMENT = 500;
/** A minute's share, so that a backlog does not keep the gate's database busy: 14 million rows a day. */
const STATEMENTS_PER_SWEEP = 20;

/** Deletes events that need no longer be kept. How many it were; what is left goes with the next sweep. */
export async function expireAuditEvents({ auditLog }: { readonly auditLog: AuditLog }, now: number): Promise<number> {
  let expired = 0;
  for (let statement = 0; statement < STATEMENTS_PER_SWEEP; statement++) {
    const deleted = await auditLog.deleteExpired(now, ROWS_PER_STATEMENT);
    expired += deleted;
    if (deleted < ROWS_PER_STATEMENT) break;
  }
  return expired;
}
