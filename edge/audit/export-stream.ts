import type { AuditFilter, AuditLog } from "../../shared/application/ports/audit-log.ts";
import type { AuditEvent } from "../../shared/domain/audit-event.ts";

/** A page is what is in memory at one time: some hundred kilobytes. */
export const EVENTS_PER_PAGE = 500;
/** Under the 1,000 statements that one request may send to D1. */
const MOST_PAGES = 900;

export type ExportForm = { readonly header: string; row(event: AuditEvent): string };

/**
 * All events of a filter, the oldest first, a page at a time and only as fast as they are taken. What cannot be finished
 * breaks off: a reader sees a transfer that failed, and never takes a part for the whole.
 */
export function exportStream(
  auditLog: Pick<AuditLog, "page">,
  filter: AuditFilter,
  form: ExportForm,
  mostPages: number = MOST_PAGES,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let after: string | null = null;
  let pages = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (pages === mostPages) throw new Error("the range has more events than one export takes");
      const events = await auditLog.page({ filter, order: "oldest-first", after, limit: EVENTS_PER_PAGE });
      const text = `${pages === 0 ? form.header : ""}${events.map(form.row).join("")}`;
      pages++;
      after = events.at(-1)?.id ?? null;
      if (text !== "") controller.enqueue(encoder.encode(text));
      if (events.length < EVENTS_PER_PAGE) controller.close();
    },
  });
}
