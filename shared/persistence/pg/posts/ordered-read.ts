import { type SQL, sql } from "drizzle-orm";
import type { VideoPostFilter, VideoPostPosition } from "../../../application/ports/video-post-queries.ts";
import { type FilterName, postListRead, type ReadById, type ReadByTitle } from "../../rows/post-list-read.ts";

/** How a list is read: `served` by an index and in its order, `checked` for each row that it gives. */
export type OrderedRead = {
  readonly served: readonly SQL[];
  readonly checked: readonly SQL[];
  readonly order: SQL;
};

/**
 * The planner chooses the index by its statistics and could read all posts by their ids for one rare author. The bounds
 * and the order therefore name all columns of the index as one value: no other index has this order.
 */
export function orderedRead(filter: VideoPostFilter, after: VideoPostPosition | null): OrderedRead {
  const read = postListRead(filter, after);
  return read.by === "id" ? byId(read, filter) : byTitle(read, filter);
}

function byId({ served, checked, below, from }: ReadById, filter: VideoPostFilter): OrderedRead {
  const equal = served.filter((name) => filter[name] !== undefined);
  const columns = [...equal.map((name) => COLUMNS[name]), sql`id`];
  const bound = (id: string) => sql.join([...equal.map((name) => sql`${filter[name]}`), sql`${id}`], sql`, `);
  const key = sql.join(columns, sql`, `);
  return {
    served: [
      sql`(${key}) < (${bound(below)})`,
      // No id is less than "".
      sql`(${key}) >= (${bound(from ?? "")})`,
      ...served.filter((name) => !equal.includes(name)).map((name) => condition(name, filter)),
    ],
    checked: checked.map((name) => condition(name, filter)),
    order: sql.join(
      columns.map((column) => sql`${column} DESC`),
      sql`, `,
    ),
  };
}

function byTitle({ after, below, checked, idBelow, idFrom }: ReadByTitle, filter: VideoPostFilter): OrderedRead {
  return {
    served: [sql`(title_folded, id) > (${after[0]}, ${after[1]})`, sql`title_folded < ${below}`],
    checked: [
      ...checked.map((name) => condition(name, filter)),
      ...(idFrom === null ? [] : [sql`id >= ${idFrom}`]),
      ...(idBelow === null ? [] : [sql`id < ${idBelow}`]),
    ],
    order: sql`title_folded, id`,
  };
}

const COLUMNS: Readonly<Record<FilterName, SQL>> = {
  slug: sql`slug`,
  authorId: sql`author_id`,
  status: sql`status`,
  resourceType: sql`resource_type`,
};

/** Without a status "not deleted", in the words of the partial indexes. */
function condition(name: FilterName, filter: VideoPostFilter): SQL {
  return filter[name] === undefined ? sql`deleted_at IS NULL` : sql`${COLUMNS[name]} = ${filter[name]}`;
}
