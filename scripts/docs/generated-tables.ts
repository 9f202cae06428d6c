/** Tables by the name of the markers between which a document shows them. */
export type GeneratedTables = Readonly<Record<string, string>>;

/** A document with its generated tables. Each stands between `<!-- table: name -->` and `<!-- end -->`. */
export function withTables(document: string, tables: GeneratedTables): string {
  const missing = new Set(Object.keys(tables));
  const written = document.replaceAll(/(<!-- table: ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g, (_, start, name, end) => {
    const table = tables[name];
    if (table === undefined) throw new Error(`nothing generates the table ${name}`);
    missing.delete(name);
    return `${start}\n${table}\n${end}`;
  });
  if (missing.size > 0) throw new Error(`the document has no place for: ${[...missing].join(", ")}`);
  return written;
}

export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return `${lines.join("\n")}\n`;
}
