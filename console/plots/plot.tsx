import type { ReactNode } from "react";
import type { Column } from "../components/lists/paged-table.tsx";
import { PlainTable } from "../components/lists/plain-table.tsx";
import { Section } from "../components/section.tsx";
import { Empty } from "../components/states.tsx";
import "./plots.css";

/** One of the values that bars of a plot have. */
export type Series = { readonly key: string; readonly label: string; readonly color: string };

export const PLOT_COLORS = {
  good: "var(--plot-good)",
  bad: "var(--plot-bad)",
  other: "var(--plot-other)",
  quiet: "var(--plot-quiet)",
} as const;

type PlotProps<Row> = {
  readonly title: string;
  readonly note?: ReactNode;
  readonly series: readonly Series[];
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Where there are no rows. */
  readonly empty: string;
  /** Controls of this plot. */
  readonly actions?: ReactNode;
  readonly isWide?: boolean;
  readonly children: ReactNode;
};

/** A picture, and the same figures as a table: the picture is not for keyboards and screen readers. */
export function Plot<Row>(props: PlotProps<Row>) {
  const { title, note, series, columns, rows, keyOf, empty, actions, isWide = false, children } = props;
  return (
    <Section heading={title} actions={actions} className={isWide ? "plot plot-wide" : "plot"}>
      {note !== undefined && <p className="quiet small">{note}</p>}
      {rows.length === 0 ? (
        <Empty heading={empty} />
      ) : (
        <>
          <div aria-hidden="true">
            {series.length > 1 && (
              <ul className="plot-legend">
                {series.map(({ key, label, color }) => (
                  <li key={key}>
                    <span className="plot-swatch" style={{ background: color }} />
                    {label}
                  </li>
                ))}
              </ul>
            )}
            <div className="plot-area">{children}</div>
          </div>
          <details>
            <summary>Show as a table</summary>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard. */}
            <section className="plot-table" aria-label={`${title}: table`} tabIndex={0}>
              <PlainTable label={title} columns={columns} items={rows} keyOf={keyOf} />
            </section>
          </details>
        </>
      )}
    </Section>
  );
}
