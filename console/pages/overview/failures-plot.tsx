import type { Overview } from "../../../client/index.ts";
import type { Column } from "../../components/lists/paged-table.tsx";
import { LyingBars } from "../../plots/bars.tsx";
import { PLOT_COLORS, Plot, type Series } from "../../plots/plot.tsx";
import { kindLabel } from "./labels.ts";

type Failures = Overview["jobs"]["failures"][number];

const SERIES: readonly Series[] = [{ key: "count", label: "Failed jobs", color: PLOT_COLORS.bad }];

const COLUMNS: readonly Column<Failures>[] = [
  { id: "code", heading: "Failure code", cell: ({ failCode }) => <code>{failCode}</code> },
  { id: "kind", heading: "Kind", cell: ({ kind }) => kindLabel(kind) },
  { id: "count", heading: "Jobs", cell: ({ count }) => count },
];

const MOST_BARS = 8;

/** Codes of both kinds, the most frequent first. */
export function FailuresPlot({ failures }: { readonly failures: readonly Failures[] }) {
  const codes = [...Map.groupBy(failures, ({ failCode }) => failCode)].map(([label, rows]) => ({
    label,
    count: rows.reduce((sum, { count }) => sum + count, 0),
  }));
  const bars = codes.toSorted((a, b) => b.count - a.count).slice(0, MOST_BARS);
  return (
    <Plot
      title="Why jobs failed"
      note={codes.length > MOST_BARS ? `The ${MOST_BARS} most frequent codes; the table has all.` : undefined}
      series={SERIES}
      columns={COLUMNS}
      rows={failures}
      keyOf={({ kind, failCode }) => `${kind} ${failCode}`}
      empty="No job failed in this time."
    >
      <LyingBars rows={bars} series={SERIES} />
    </Plot>
  );
}
