import { type Comparison, meetsTarget } from "./comparison.ts";

const HEADINGS = ["what", "against", "unit", "ours", "bare", "ratio", "min..max", "target", "", "more (ours / bare)"];

/** As a Markdown table, which a terminal shows well enough. */
export function resultsTable(comparisons: readonly Comparison[]): string {
  const rows = [HEADINGS, ...comparisons.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(Math.max(width, 3))).join(" | ")} |`;
  const [headings, ...body] = rows.map(line);
  return [headings, rule, ...body].join("\n");
}

function cells(comparison: Comparison): string[] {
  const { name, against, unit, ours, bare, ratio, note } = comparison;
  const met = meetsTarget(comparison);
  return [
    name,
    against,
    unit,
    figure(ours.median),
    figure(bare.median),
    ratio.median.toFixed(3),
    `${ratio.min.toFixed(2)}..${ratio.max.toFixed(2)}`,
    targetText(comparison),
    met === null ? "" : met ? "met" : "MISSED",
    note,
  ];
}

function targetText({ target }: Comparison): string {
  if (target === null) return "";
  return "atLeast" in target ? `>= ${target.atLeast}` : `<= ${target.atMost}`;
}

/** Three digits that mean something. */
function figure(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}
