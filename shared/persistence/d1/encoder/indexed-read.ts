import { type SQL, sql } from "drizzle-orm";
import type { EncoderJobFilter, EncoderJobQuery } from "../../../application/ports/encoder-jobs.ts";
import { encoderListRead, type IndexedField } from "../../rows/encoder-list-read.ts";
import type { IndexedRead } from "../posts/indexed-read.ts";
import { STATUS } from "./encoder-job-state.ts";

const INDEXES = { slug: "encoder_job_slug", callerId: "encoder_job_caller", resourceType: "encoder_job_type" } as const;
/** Of the primary key. */
const BY_ID = "sqlite_autoindex_encoder_job_1";

/** The planner has no statistics, so the index of the most selective filter is named. */
export function encoderJobRead(query: EncoderJobQuery): IndexedRead {
  const { served, checked, lower, below } = encoderListRead(query);
  const { filter, order } = query;
  return {
    index: served === null ? BY_ID : INDEXES[served],
    served: [
      ...(served === null ? [] : [equal(filter, served)]),
      lower.isIncluded ? sql`e.job_id >= ${lower.id}` : sql`e.job_id > ${lower.id}`,
      // Without an upper bound the index would be scanned instead of searched.
      sql`e.job_id < ${below}`,
    ],
    checked: [
      ...checked.map((field) => equal(filter, field)),
      ...(filter.status === undefined ? [] : [sql`${STATUS} = ${filter.status}`]),
    ],
    order: order === "newest-first" ? sql`e.job_id DESC` : sql`e.job_id`,
  };
}

function equal(filter: EncoderJobFilter, field: IndexedField): SQL {
  const column = { slug: "slug", callerId: "caller_id", resourceType: "resource_type" }[field];
  return sql`e.${sql.raw(column)} = ${filter[field]}`;
}
