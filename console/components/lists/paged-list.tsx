import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { Empty, Loading, ProblemNotice } from "../states.tsx";
import { type Column, PagedTable, type Pages } from "./paged-table.tsx";
import "./paged-list.css";

type PagedListProps<Item> = {
  readonly label: string;
  readonly columns: readonly Column<Item>[];
  readonly keyOf: (item: Item) => string;
  /** Of the items, without those that are not loaded. */
  readonly items: readonly Item[] | undefined;
  readonly query: Pages & Pick<UseInfiniteQueryResult, "isPending" | "error" | "refetch">;
  readonly empty: string;
};

/** A list by pages in each of its states. */
export function PagedList<Item>({ label, columns, keyOf, items, query, empty }: PagedListProps<Item>) {
  if (query.isPending) return <Loading label={`Loading ${label.toLowerCase()}`} />;
  if (items === undefined) return <ProblemNotice error={query.error} retry={() => void query.refetch()} />;
  if (items.length === 0 && !query.hasNextPage) return <Empty heading={empty} />;
  return <PagedTable label={label} columns={columns} items={items} keyOf={keyOf} pages={query} />;
}
