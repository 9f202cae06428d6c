import type { AuditFilter, AuditLog } from "../../shared/application/ports/audit-log.ts";
import { pagedStream } from "../http/paged-stream.ts";
import { CSV_HEADER, csvRow, ndjsonRow } from "./audit-rows.ts";

/** Events per page: a few hundred kilobytes. */
export const EVENTS_PER_PAGE = 500;

export const EXPORT_FORMS = {
  ndjson: { header: "", row: ndjsonRow, type: "application/x-ndjson" },
  csv: { header: CSV_HEADER, row: csvRow, type: "text/csv; charset=utf-8; header=present" },
} as const;

/** All events of a filter, the oldest first. */
export function exportStream(
  auditLog: Pick<AuditLog, "page">,
  filter: AuditFilter,
  { header, row }: Pick<(typeof EXPORT_FORMS)[keyof typeof EXPORT_FORMS], "header" | "row">,
  mostPages?: number,
): ReadableStream<Uint8Array> {
  return pagedStream({
    page: (after: string | null) => auditLog.page({ filter, order: "oldest-first", after, limit: EVENTS_PER_PAGE }),
    pageSize: EVENTS_PER_PAGE,
    positionOf: ({ id }) => id,
    ...{ header, row, tooLong: "the range has more events than one export takes" },
    ...(mostPages === undefined ? {} : { mostPages }),
  });
}
