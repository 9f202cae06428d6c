import type { LaunchPage, ListedLaunch } from "../../application/ports/launch-store.ts";

/** The launches that one page reads at most: a page of a rare state ends after this many. */
export const LAUNCHES_PER_PAGE_READ = 1000;

export type LaunchPageRow = ListedLaunch & { readonly matches: boolean | number; readonly n: number };

export function launchPageOf(rows: readonly LaunchPageRow[], limit: number): LaunchPage {
  const matching = rows.filter(({ matches }) => matches);
  const end = rows.find(({ n }) => n === LAUNCHES_PER_PAGE_READ);
  const items = matching.slice(0, limit).map(({ matches: _, n: __, ...launch }) => launch);
  const next = matching.length > limit ? items.at(-1) : end;
  return { items, next: next?.launchId ?? null };
}
