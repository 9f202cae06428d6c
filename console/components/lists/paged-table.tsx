import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { ActionButton } from "../buttons.tsx";
import { Loading, ProblemNotice } from "../states.tsx";

export type Column<Item> = {
  readonly id: string;
  readonly heading: string;
  /** Such as `10rem`; absent for what the others leave. */
  readonly width?: string;
  readonly cell: (item: Item) => ReactNode;
  /** Left out where the page is narrow. */
  readonly isExtra?: boolean;
};

/** The pages of an infinite query, as far as they are loaded. */
export type Pages = {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isFetchNextPageError: boolean;
  readonly error: unknown;
  readonly fetchNextPage: () => unknown;
};

type PagedTableProps<Item> = {
  readonly label: string;
  readonly columns: readonly Column<Item>[];
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  readonly pages: Pages;
};

const ROW_HEIGHT_PX = 64;
const NEAR_END_ROWS = 20;

/**
 * A list of any length: only the rows in view are in the document, and the next page is loaded when its place comes
 * near. Rows are measured, because texts wrap on a narrow page.
 */
export function PagedTable<Item>({ label, columns, items, keyOf, pages }: PagedTableProps<Item>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    setOffset((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
  }, []);
  const virtualizer = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: 8,
    scrollMargin: offset,
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
  });
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? -1;
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = pages;
  const isNearEnd = last >= items.length - NEAR_END_ROWS;
  useEffect(() => {
    if (isNearEnd && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [isNearEnd, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  const before = (rows[0]?.start ?? offset) - offset;
  const after = virtualizer.getTotalSize() - ((rows.at(-1)?.end ?? offset) - offset);
  return (
    <>
      <table aria-label={label} aria-rowcount={hasNextPage ? -1 : items.length + 1} className="table">
        <colgroup>
          {columns.map(({ id, width, isExtra }) => (
            <col key={id} className={isExtra === true ? "extra" : undefined} style={widthOf(width)} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ id, heading, isExtra }) => (
              <th key={id} scope="col" className={isExtra === true ? "extra" : undefined}>
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          <Gap height={before} columns={columns.length} />
          {rows.map(({ index, key }) => {
            const item = items[index];
            if (item === undefined) return null;
            return (
              <tr key={key} aria-rowindex={index + 2} data-index={index} ref={virtualizer.measureElement}>
                {columns.map(({ id, cell, isExtra }) => (
                  <td key={id} className={isExtra === true ? "extra" : undefined}>
                    {cell(item)}
                  </td>
                ))}
              </tr>
            );
          })}
          <Gap height={after} columns={columns.length} />
        </tbody>
      </table>
      <TableEnd pages={pages} count={items.length} />
    </>
  );
}

/** A variable, which the style of narrow pages leaves out. */
function widthOf(width = "auto"): CSSProperties & { "--width": string } {
  return { "--width": width };
}

/** The place of rows that are not in the document. */
function Gap({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row takes no focus.
    <tr aria-hidden="true" className="table-gap">
      <td colSpan={columns} style={{ blockSize: height }} />
    </tr>
  );
}

function TableEnd({ pages, count }: { readonly pages: Pages; readonly count: number }) {
  if (pages.isFetchNextPageError) return <ProblemNotice error={pages.error} retry={() => void pages.fetchNextPage()} />;
  if (pages.isFetchingNextPage) return <Loading label="Loading more" />;
  return (
    <div className="table-end">
      <span className="quiet">{pages.hasNextPage ? `${count} loaded` : `${count} in all`}</span>
      {pages.hasNextPage && <ActionButton onPress={() => void pages.fetchNextPage()}>Load more</ActionButton>}
    </div>
  );
}
