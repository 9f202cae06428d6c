import type { Overview } from "../../../client/index.ts";

/* What the plots show of an overview. */

export type Outcome = Overview["jobs"]["byHour"][number]["state"];
export type Kind = Overview["jobs"]["byHour"][number]["kind"];

export type HourRow = { readonly label: string; readonly hour: number } & Readonly<Record<Outcome, number>>;

const HOUR_MS = 3_600_000;

/** Each hour from the first one to the present, those without jobs too; `kind` null for both. */
export function hoursOf({ from, at, jobs }: Pick<Overview, "from" | "at" | "jobs">, kind: Kind | null): HourRow[] {
  const count = Math.floor((at - from) / HOUR_MS) + 1;
  return Array.from({ length: count }, (_, n) => {
    const hour = from + n * HOUR_MS;
    const ofHour = jobs.byHour.filter((row) => row.hour === hour && (kind === null || row.kind === kind));
    const ended = (state: Outcome) =>
      ofHour.filter((row) => row.state === state).reduce((sum, row) => sum + row.count, 0);
    const outcomes = { SUCCEEDED: ended("SUCCEEDED"), FAILED: ended("FAILED"), CANCELLED: ended("CANCELLED") };
    return { label: String(hour), hour, ...outcomes };
  });
}

export function totalOf(rows: readonly HourRow[], state: Outcome): number {
  return rows.reduce((sum, row) => sum + row[state], 0);
}

/** Such as 340 ms, 4.2 s, 12 min or 3.5 h. */
export function spanText(ms: number): string {
  const steps = [
    { most: 1000, divisor: 1, unit: "ms", digits: 0 },
    { most: 90_000, divisor: 1000, unit: "s", digits: 1 },
    { most: 90 * 60_000, divisor: 60_000, unit: "min", digits: 1 },
    { most: 48 * HOUR_MS, divisor: HOUR_MS, unit: "h", digits: 1 },
  ];
  const { divisor, unit, digits } = steps.find(({ most }) => ms < most) ?? {
    divisor: 24 * HOUR_MS,
    unit: "d",
    digits: 1,
  };
  const value = (ms / divisor).toFixed(digits);
  return `${value.replace(/\.0$/, "")} ${unit}`;
}
