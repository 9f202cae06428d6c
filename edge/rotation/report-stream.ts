import type { PartName, RotationBatches } from "../../shared/application/ports/rotation-batches.ts";
import type { RotationItemState } from "../../shared/domain/rotation-batch.ts";
import { csvCell } from "../audit/audit-rows.ts";
import { shownItem } from "./rotation-views.ts";

type Shown = ReturnType<typeof shownItem>;
export type ReportForm = { readonly type: string; readonly header: string; row(item: Shown): string };

const COLUMNS = [
  "videoPostId",
  "fileIndex",
  "state",
  "fromKeyVersion",
  "toKeyVersion",
  "reason",
  "jobId",
  "startedAt",
  "finishedAt",
] as const satisfies readonly (keyof Shown)[];

export const REPORT_FORMS = {
  csv: {
    type: "text/csv; charset=utf-8; header=present",
    header: `${COLUMNS.join(",")}\r\n`,
    row: (item) => `${COLUMNS.map((column) => csvCell(item[column])).join(",")}\r\n`,
  },
  ndjson: { type: "application/x-ndjson", header: "", row: (item) => `${JSON.stringify(item)}\n` },
} as const satisfies Record<string, ReportForm>;

/** What is in memory at one time. */
const PAGE = 500;
/** Under the 1,000 statements that one request may send to D1. */
const MOST_PAGES = 900;

/** All items of a state, or all, a page at a time and only as fast as they are taken. */
export function reportStream(
  batches: Pick<RotationBatches, "items">,
  batchId: string,
  state: RotationItemState | null,
  form: ReportForm,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let after: PartName | null = null;
  let pages = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      // A reader sees a transfer that broke off, and never takes a part for the whole.
      if (pages === MOST_PAGES) throw new Error("the report has more items than one request can read");
      const items = await batches.items(batchId, { state, after, limit: PAGE });
      const text = `${pages === 0 ? form.header : ""}${items.map((item) => form.row(shownItem(item))).join("")}`;
      pages++;
      after = items.at(-1) ?? null;
      if (text !== "") controller.enqueue(encoder.encode(text));
      if (items.length < PAGE) controller.close();
    },
  });
}
