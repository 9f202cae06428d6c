import type { Column } from "./paged-table.tsx";
import "./paged-list.css";

type PlainTableProps<Item> = {
  readonly label: string;
  readonly columns: readonly Column<Item>[];
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
};

/** A short list, whole in the document. */
export function PlainTable<Item>({ label, columns, items, keyOf }: PlainTableProps<Item>) {
  return (
    <table aria-label={label} className="table">
      <thead>
        <tr>
          {columns.map(({ id, heading, isExtra }) => (
            <th key={id} scope="col" className={isExtra === true ? "extra" : undefined}>
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={keyOf(item)}>
            {columns.map(({ id, cell, isExtra }) => (
              <td key={id} className={isExtra === true ? "extra" : undefined}>
                {cell(item)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
