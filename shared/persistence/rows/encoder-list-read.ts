import type { EncoderJobFilter, EncoderJobPage, EncoderJobQuery } from "../../application/ports/encoder-jobs.ts";
import { earliestUuidV7 } from "../../lib/random-id.ts";
import { type EncoderJobRow, encoderJobStateOf } from "./encoder-job-rows.ts";
import { BEHIND_ALL } from "./post-list-read.ts";

/** The jobs that one page reads at most. */
export const JOBS_PER_PAGE_READ = 1000;

/** The columns that begin an index, the most selective first. Every index ends with the id. */
const INDEXED = ["slug", "callerId", "resourceType"] as const;
export type IndexedField = (typeof INDEXED)[number];

/** One filter is `served` by an index, which gives the order; the others are checked for each job that it gives. */
export type EncoderListRead = {
  readonly served: IndexedField | null;
  readonly checked: readonly IndexedField[];
  /** Ids start with the time of creation. */
  readonly lower: { readonly id: string; readonly isIncluded: boolean };
  readonly below: string;
};

export function encoderListRead({ filter, order, after }: EncoderJobQuery): EncoderListRead {
  const [served = null, ...checked] = INDEXED.filter((field) => filter[field] !== undefined);
  return { served, checked, ...rangeOf(filter, order, after) };
}

function rangeOf(
  { createdFrom, createdBefore }: EncoderJobFilter,
  order: EncoderJobQuery["order"],
  after: string | null,
): Pick<EncoderListRead, "lower" | "below"> {
  const from = createdFrom === undefined ? "" : earliestUuidV7(createdFrom);
  const before = createdBefore === undefined ? BEHIND_ALL : earliestUuidV7(createdBefore);
  if (order === "newest-first")
    return { lower: { id: from, isIncluded: true }, below: after !== null && after < before ? after : before };
  const lower = after === null || after < from ? { id: from, isIncluded: true } : { id: after, isIncluded: false };
  return { lower, below: before };
}

/** `n` counts the jobs that were read. */
export type EncoderPageRow = EncoderJobRow & { readonly matches: boolean; readonly n: number };

/** The row at which the reading ended is there too, whether it matches or not: the next page continues behind it. */
export function encoderJobPage(rows: readonly EncoderPageRow[], limit: number): EncoderJobPage {
  const matching = rows.toSorted((a, b) => a.n - b.n).filter(({ matches }) => matches);
  const items = matching.slice(0, limit);
  const end = rows.find(({ n }) => n === JOBS_PER_PAGE_READ);
  const next = matching.length > limit ? items.at(-1) : end;
  return { items: items.map(({ matches: _, n: __, ...row }) => encoderJobStateOf(row)), next: next?.jobId ?? null };
}
