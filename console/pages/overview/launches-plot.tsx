import type { Overview } from "../../../client/index.ts";
import type { Column } from "../../components/lists/paged-table.tsx";
import { LyingBars } from "../../plots/bars.tsx";
import { PLOT_COLORS, Plot, type Series } from "../../plots/plot.tsx";
import { launchStateLabel } from "../launches/launch-columns.tsx";

type Launches = Overview["launches"]["byState"][number];

const SERIES: readonly Series[] = [{ key: "count", label: "Launches", color: PLOT_COLORS.good }];

const COLUMNS: readonly Column<Launches>[] = [
  { id: "state", heading: "State", cell: labelOf },
  { id: "count", heading: "Launches", cell: ({ count }) => count },
];

function labelOf({ state, cause }: Launches): string {
  return cause === null ? launchStateLabel(state) : `${launchStateLabel(state)}: ${cause}`;
}

export function LaunchesPlot({ launches }: Pick<Overview, "launches">) {
  const { byState, reasons } = launches;
  return (
    <Plot
      title="Launches by state"
      note={reasons.length === 0 ? undefined : `The platform's most frequent words: ${wordsOfPlatform(reasons)}`}
      series={SERIES}
      columns={COLUMNS}
      rows={byState}
      keyOf={labelOf}
      empty="No container was ordered in this time."
    >
      <LyingBars rows={byState.map((row) => ({ label: labelOf(row), count: row.count }))} series={SERIES} />
    </Plot>
  );
}

const MOST_REASONS = 3;

function wordsOfPlatform(reasons: Overview["launches"]["reasons"]): string {
  return reasons
    .slice(0, MOST_REASONS)
    .map(({ reason, count }) => `“${reason}” (${count})`)
    .join(", ");
}
