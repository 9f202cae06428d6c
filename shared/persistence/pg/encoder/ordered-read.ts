import { type SQL, sql } from "drizzle-orm";
import type { EncoderJobFilter, EncoderJobQuery } from "../../../application/ports/encoder-jobs.ts";
import { encoderListRead, type IndexedField } from "../../rows/encoder-list-read.ts";
import type { OrderedRead } from "../posts/ordered-read.ts";
import { STATUS } from "./encoder-job-state.ts";

/** The bounds and the order name all columns of the index as one value, so that no other index has this order. */
export function encoderJobRead(query: EncoderJobQuery): OrderedRead {
  const { served, checked, lower, below } = encoderListRead(query);
  const { filter, order } = query;
  const columns = [...(served === null ? [] : [COLUMNS[served]]), sql`e.job_id`];
  const bound = (id: string) => sql.join([...(served === null ? [] : [sql`${filter[served]}`]), sql`${id}`], sql`, `);
  const key = sql.join(columns, sql`, `);
  return {
    served: [
      sql`(${key}) ${lower.isIncluded ? sql`>=` : sql`>`} (${bound(lower.id)})`,
      sql`(${key}) < (${bound(below)})`,
    ],
    checked: [
      ...checked.map((field) => equal(filter, field)),
      ...(filter.status === undefined ? [] : [sql`${STATUS} = ${filter.status}`]),
    ],
    order: sql.join(
      columns.map((column) => (order === "newest-first" ? sql`${column} DESC` : column)),
      sql`, `,
    ),
  };
}

const COLUMNS: Readonly<Record<IndexedField, SQL>> = {
  slug: sql`e.slug`,
  callerId: sql`e.caller_id`,
  resourceType: sql`e.resource_type`,
};

function equal(filter: EncoderJobFilter, field: IndexedField): SQL {
  return sql`${COLUMNS[field]} = ${filter[field]}`;
}
