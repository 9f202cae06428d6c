import { Bar, BarChart, CartesianGrid, Tooltip, XAxis, YAxis } from "recharts";
import type { Series } from "./plot.tsx";

/** A bar with its values by the keys of the series. */
export type BarRow = { readonly label: string } & Readonly<Record<string, number | string>>;

type BarsProps = {
  readonly rows: readonly BarRow[];
  readonly series: readonly Series[];
  /** Of the values. */
  readonly format?: (value: number) => string;
  readonly formatLabel?: (label: string) => string;
};

const TOOLTIP = { background: "var(--raised)", borderColor: "var(--control-line)", color: "var(--text)" } as const;
const TICK = { fill: "var(--text-quiet)" } as const;
const TEXT = { color: "var(--text)" } as const;
const HOVERED = { fill: "var(--raised-more)" } as const;
const STANDING_HEIGHT = "16rem";
const LYING_ROW_REM = 2.75;
const AXIS_REM = 3;
/** The longest failure codes fit on one line. */
const LABELS_PX = 168;

/** Bars over time, the values of a bar on top of each other. */
export function StandingBars({ rows, series, format = String, formatLabel = (label) => label }: BarsProps) {
  return (
    <BarChart
      responsive
      style={{ width: "100%", height: STANDING_HEIGHT }}
      data={[...rows]}
      accessibilityLayer={false}
      barCategoryGap="12%"
    >
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis dataKey="label" tickFormatter={formatLabel} stroke="var(--control-line)" tick={TICK} minTickGap={24} />
      <YAxis allowDecimals={false} width="auto" stroke="var(--control-line)" tick={TICK} tickFormatter={format} />
      <Tooltip
        cursor={HOVERED}
        contentStyle={TOOLTIP}
        labelStyle={TEXT}
        itemStyle={TEXT}
        formatter={(value) => format(Number(value))}
        labelFormatter={(label) => formatLabel(String(label))}
      />
      {series.map(({ key, label, color }) => (
        <Bar key={key} dataKey={key} name={label} fill={color} stackId="bar" isAnimationActive={false} />
      ))}
    </BarChart>
  );
}

/** Named bars from the left, the values of a bar on top of each other or, with `isSideBySide`, below each other. */
export function LyingBars(props: BarsProps & { readonly isSideBySide?: boolean }) {
  const { rows, series, format = String, formatLabel = (label) => label, isSideBySide = false } = props;
  const height = `${rows.length * LYING_ROW_REM + AXIS_REM}rem`;
  return (
    <BarChart
      responsive
      layout="vertical"
      style={{ width: "100%", height }}
      data={[...rows]}
      accessibilityLayer={false}
      barCategoryGap="20%"
      margin={{ right: 24 }}
    >
      <CartesianGrid horizontal={false} stroke="var(--line)" />
      <XAxis type="number" allowDecimals={false} stroke="var(--control-line)" tick={TICK} tickFormatter={format} />
      <YAxis
        type="category"
        dataKey="label"
        width={LABELS_PX}
        stroke="var(--control-line)"
        tick={TICK}
        tickFormatter={formatLabel}
      />
      <Tooltip
        cursor={HOVERED}
        contentStyle={TOOLTIP}
        labelStyle={TEXT}
        itemStyle={TEXT}
        formatter={(value) => format(Number(value))}
        labelFormatter={(label) => formatLabel(String(label))}
      />
      {series.map(({ key, label, color }) => (
        <Bar
          key={key}
          dataKey={key}
          name={label}
          fill={color}
          isAnimationActive={false}
          {...(isSideBySide ? {} : { stackId: "bar" })}
        />
      ))}
    </BarChart>
  );
}
