export type Column = { readonly title: string; readonly align?: "right" };

/** A table for a terminal: columns as wide as they need, two spaces between them, one line a row. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const all = [columns.map(({ title }) => title), ...rows.map((row) => row.map(oneLine))];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => (row[index] ?? "").length)));
  const line = (row: readonly string[]) => row.map((cell, index) => padded(cell, widths[index] ?? 0, columns[index]));
  return all.map((row) => `${line(row).join("  ").trimEnd()}\n`).join("");
}

function padded(cell: string, width: number, column: Column | undefined): string {
  return column?.align === "right" ? cell.padStart(width) : cell.padEnd(width);
}

/** Text of strangers must not move the cursor of the terminal. */
function oneLine(cell: string): string {
  return cell.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}
