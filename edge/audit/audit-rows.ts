import { type AuditEvent, auditOutcome } from "../../shared/domain/access/audit-event.ts";

/** An event as the API shows it: times as RFC 3339 has them. */
export function shownEvent({ keepUntil, at, ...event }: AuditEvent) {
  return { ...event, outcome: auditOutcome(event), at: time(at), keepUntil: time(keepUntil) };
}

export function ndjsonRow(event: AuditEvent): string {
  return `${JSON.stringify(shownEvent(event))}\n`;
}

const CSV_COLUMNS = [
  "id",
  "at",
  "actor",
  "action",
  "videoPostId",
  "fileIndex",
  "outcome",
  "status",
  "reason",
  "count",
  "clientAddress",
  "country",
  "details",
  "keepUntil",
] as const satisfies readonly (keyof ReturnType<typeof shownEvent>)[];

/** RFC 4180: lines end with CRLF. */
export const CSV_HEADER = `${CSV_COLUMNS.join(",")}\r\n`;

export function csvRow(event: AuditEvent): string {
  const shown = shownEvent(event);
  return `${CSV_COLUMNS.map((column) => csvCell(shown[column])).join(",")}\r\n`;
}

/**
 * Spreadsheets take a cell with this beginning for a formula, also after white space or in full-width characters. A
 * leading apostrophe makes it text.
 */
const FORMULA = /^\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

/** A cell of RFC 4180 that no spreadsheet takes for a formula. */
export function csvCell(value: unknown): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function time(at: number): string {
  return new Date(at).toISOString();
}
