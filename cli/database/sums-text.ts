import type { Sums } from "./export-file.ts";

/** A line for each table: its rows and the hash of what they hold, which is the same in both databases. */
export function sumsText(sums: Sums): string {
  const widest = Math.max(...Object.keys(sums).map((name) => name.length));
  const lines = Object.entries(sums).map(
    ([name, { rows, sha256 }]) => `${name.padEnd(widest)}  ${String(rows).padStart(9)}  ${sha256.slice(0, 16)}\n`,
  );
  return lines.join("");
}
