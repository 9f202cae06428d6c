import type { Overview } from "../../../client/index.ts";
import type { Column } from "../../components/lists/paged-table.tsx";
import { LyingBars } from "../../plots/bars.tsx";
import { PLOT_COLORS, Plot, type Series } from "../../plots/plot.tsx";
import { spanText } from "./figures.ts";
import { kindLabel } from "./labels.ts";

type Times = Overview["jobs"]["times"][number];

const SERIES: readonly Series[] = [
  { key: "medianMs", label: "Median", color: PLOT_COLORS.good },
  { key: "p95Ms", label: "95th percentile", color: PLOT_COLORS.quiet },
];

const COLUMNS: readonly Column<Times>[] = [
  { id: "stage", heading: "Stage", cell: labelOf },
  { id: "jobs", heading: "Jobs", cell: ({ jobs }) => jobs },
  { id: "median", heading: "Median", cell: ({ medianMs }) => spanText(medianMs) },
  { id: "p95", heading: "95th percentile", cell: ({ p95Ms }) => spanText(p95Ms) },
];

function labelOf({ kind, stage }: Times): string {
  return stage === "WAITING" ? `Wait for ${kindLabel(kind).toLowerCase()}` : kindLabel(kind);
}

export function TimesPlot({ times }: { readonly times: readonly Times[] }) {
  return (
    <Plot
      title="Time per stage"
      note="Waiting: until the first claim. Transcode and encrypt: from the first claim to the result."
      series={SERIES}
      columns={COLUMNS}
      rows={times}
      keyOf={({ kind, stage }) => `${kind} ${stage}`}
      empty="No job ended in this time."
    >
      <LyingBars
        rows={times.map((row) => ({ label: labelOf(row), medianMs: row.medianMs, p95Ms: row.p95Ms }))}
        series={SERIES}
        format={spanText}
        isSideBySide
      />
    </Plot>
  );
}
