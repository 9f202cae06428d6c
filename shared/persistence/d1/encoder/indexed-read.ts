import { type SQL, sql } from "drizzle-orm";
import type { EncoderJobFilter, EncoderJobQuery } from "../../../application/ports/encoder-jobs.ts";
import { earliestUuidV7 } from "../../../lib/random-id.ts";
import type { IndexedRead } from "../posts/indexed-read.ts";
import { STATUS } from "./encoder-job-state.ts";

/** Above every id: without a bound the index would be scanned instead of searched. */
const BEHIND_ALL = "~";

/** The columns that begin an index, the most selective first. Every index ends with the id. */
const INDEXES = { slug: "encoder_job_slug", callerId: "encoder_job_caller", resourceType: "encoder_job_type" } as const;
type IndexedField = keyof typeof INDEXES;
const FIELDS = Object.keys(INDEXES) as readonly IndexedField[];
/** Of the primary key. */
const BY_ID = "sqlite_autoindex_encoder_job_1";

/** The planner has no statistics, so the index of the most selective filter is named. */
export function encoderJobRead({ filter, order, after }: EncoderJobQuery): IndexedRead {
  const given = FIELDS.filter((field) => filter[field] !== undefined);
  const [first, ...others] = given;
  const { status } = filter;
  return {
    index: first === undefined ? BY_ID : INDEXES[first],
    served: [...(first === undefined ? [] : [equal(filter, first)]), ...range(filter, order, after)],
    checked: [
      ...others.map((field) => equal(filter, field)),
      ...(status === undefined ? [] : [sql`${STATUS} = ${status}`]),
    ],
    order: order === "newest-first" ? sql`e.job_id DESC` : sql`e.job_id`,
  };
}

function equal(filter: EncoderJobFilter, field: IndexedField): SQL {
  const column = { slug: "slug", callerId: "caller_id", resourceType: "resource_type" }[field];
  return sql`e.${sql.raw(column)} = ${filter[field]}`;
}

/** Ids start with the time of creation. */
function range(
  { createdFrom, createdBefore }: EncoderJobFilter,
  order: EncoderJobQuery["order"],
  after: string | null,
): readonly SQL[] {
  const from = createdFrom === undefined ? "" : earliestUuidV7(createdFrom);
  const before = createdBefore === undefined ? BEHIND_ALL : earliestUuidV7(createdBefore);
  if (order === "newest-first") return [sql`e.job_id < ${least(before, after)}`, sql`e.job_id >= ${from}`];
  const lower = after === null || after < from ? sql`e.job_id >= ${from}` : sql`e.job_id > ${after}`;
  return [lower, sql`e.job_id < ${before}`];
}

function least(before: string, after: string | null): string {
  return after !== null && after < before ? after : before;
}
