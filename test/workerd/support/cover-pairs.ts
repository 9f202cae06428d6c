type Values = Readonly<Record<string, string>>;

/**
 * A sample of a table in which every value meets every value that it meets in the whole table: a row is taken if it has a
 * pair that no row before it has. The order of the rows decides, so the sample is the same in every run.
 */
export function coverPairs<Row extends Values>(rows: readonly Row[]): Row[] {
  const covered = new Set<string>();
  return rows.filter((row) => {
    const fresh = pairsOf(row).filter((pair) => !covered.has(pair));
    for (const pair of fresh) covered.add(pair);
    return fresh.length > 0;
  });
}

/** Every two columns with their values in this row. */
export function pairsOf(row: Values): string[] {
  const cells = Object.entries(row).map(([column, value]) => `${column}: ${value}`);
  return cells.flatMap((cell, index) => cells.slice(index + 1).map((other) => `${cell} | ${other}`));
}
