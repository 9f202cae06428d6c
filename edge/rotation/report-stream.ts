import type { PartName, RotationBatches } from "../../shared/application/ports/rotation-batches.ts";
import type { RotationItemState } from "../../shared/domain/rotation/rotation-batch.ts";
import { csvCell } from "../audit/audit-rows.ts";
import { pagedStream } from "../http/paged-stream.ts";
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

const PAGE = 500;

/** All items, or those of one state, read page by page as the client takes them. */
export function reportStream(
  batches: Pick<RotationBatches, "items">,
  batchId: string,
  state: RotationItemState | null,
  form: ReportForm,
): ReadableStream<Uint8Array> {
  return pagedStream({
    page: (after: PartName | null) => batches.items(batchId, { state, after, limit: PAGE }),
    pageSize: PAGE,
    positionOf: ({ videoPostId, fileIndex }) => ({ videoPostId, fileIndex }),
    header: form.header,
    row: (item) => form.row(shownItem(item)),
    tooLong: "the report has more items than one request can read",
  });
}
