import { useState } from "react";
import type { Overview } from "../../../client/index.ts";
import { DateTime } from "../../components/facts.tsx";
import { FilterSelect } from "../../components/lists/filter-select.tsx";
import type { Column } from "../../components/lists/paged-table.tsx";
import { StandingBars } from "../../plots/bars.tsx";
import { PLOT_COLORS, Plot, type Series } from "../../plots/plot.tsx";
import { JOB_KINDS } from "../jobs/job-filters.ts";
import { type HourRow, hoursOf, type Kind, totalOf } from "./figures.ts";
import { kindLabel } from "./labels.ts";

const SERIES: readonly Series[] = [
  { key: "SUCCEEDED", label: "Succeeded", color: PLOT_COLORS.good },
  { key: "FAILED", label: "Failed", color: PLOT_COLORS.bad },
  { key: "CANCELLED", label: "Cancelled", color: PLOT_COLORS.quiet },
];

const COLUMNS: readonly Column<HourRow>[] = [
  { id: "hour", heading: "Hour", cell: ({ hour }) => <DateTime at={hour} /> },
  { id: "succeeded", heading: "Succeeded", cell: ({ SUCCEEDED }) => SUCCEEDED },
  { id: "failed", heading: "Failed", cell: ({ FAILED }) => FAILED },
  { id: "cancelled", heading: "Cancelled", cell: ({ CANCELLED }) => CANCELLED },
];

const HOUR = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY_HOUR = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", hour: "2-digit" });

export function JobsPlot({ overview, hours }: { readonly overview: Overview; readonly hours: number }) {
  const [kind, setKind] = useState<Kind | undefined>(undefined);
  const rows = hoursOf(overview, kind ?? null);
  const ended = rows.filter(({ SUCCEEDED, FAILED, CANCELLED }) => SUCCEEDED + FAILED + CANCELLED > 0);
  const format = hours > 24 ? DAY_HOUR : HOUR;
  const { completeFrom } = overview.jobs;
  return (
    <Plot
      title="Jobs by hour and outcome"
      note={
        <>
          {totalOf(rows, "SUCCEEDED")} succeeded, {totalOf(rows, "FAILED")} failed, {totalOf(rows, "CANCELLED")} were
          cancelled.
          {completeFrom > overview.from && (
            <>
              {" "}
              The newest 10,000 are counted: complete since <DateTime at={completeFrom} />.
            </>
          )}
        </>
      }
      actions={
        <FilterSelect
          label="Kind"
          choices={JOB_KINDS.map((value) => ({ value, label: kindLabel(value) }))}
          value={kind}
          onChange={setKind}
        />
      }
      series={SERIES}
      columns={COLUMNS}
      rows={ended}
      keyOf={({ label }) => label}
      empty="No job ended in this time."
      isWide
    >
      <StandingBars rows={rows} series={SERIES} formatLabel={(hour) => format.format(Number(hour))} />
    </Plot>
  );
}
