import { type SQL, sql } from "drizzle-orm";
import type { VideoPostFilter, VideoPostPosition } from "../../../application/ports/video-post-queries.ts";
import { type FilterName, postListRead, type ReadById, type ReadByTitle } from "../../rows/post-list-read.ts";

/** How a list is read: `served` by the index and in its order, `checked` for each row that it gives. */
export type IndexedRead = {
  readonly index: string;
  readonly served: readonly SQL[];
  readonly checked: readonly SQL[];
  readonly order: SQL;
};

/** The planner has no statistics, so the index is named. */
export function indexedRead(filter: VideoPostFilter, after: VideoPostPosition | null): IndexedRead {
  const read = postListRead(filter, after);
  return read.by === "id" ? byId(read, filter) : byTitle(read, filter);
}

function byId({ index, served, checked, below, from }: ReadById, filter: VideoPostFilter): IndexedRead {
  // Without an upper bound the index would be scanned instead of searched.
  const range = [sql`id < ${below}`, ...(from === null ? [] : [sql`id >= ${from}`])];
  return {
    index,
    served: [...served.map((name) => condition(name, filter)), ...range],
    checked: checked.map((name) => condition(name, filter)),
    order: sql`id DESC`,
  };
}

function byTitle({ index, after, below, checked, idBelow, idFrom }: ReadByTitle, filter: VideoPostFilter): IndexedRead {
  return {
    index,
    served: [sql`(title_folded, id) > (${after[0]}, ${after[1]})`, sql`title_folded < ${below}`],
    checked: [
      ...checked.map((name) => condition(name, filter)),
      ...(idFrom === null ? [] : [sql`id >= ${idFrom}`]),
      ...(idBelow === null ? [] : [sql`id < ${idBelow}`]),
    ],
    order: sql`title_folded, id`,
  };
}

function condition(name: FilterName, { slug, authorId, status, resourceType }: VideoPostFilter): SQL {
  switch (name) {
    case "slug":
      return sql`slug = ${slug}`;
    case "authorId":
      return sql`author_id = ${authorId}`;
    case "status":
      // In the words of the partial indexes.
      return status === undefined ? sql`deleted_at IS NULL` : sql`status = ${status}`;
    case "resourceType":
      return sql`resource_type = ${resourceType}`;
    default:
      return name satisfies never;
  }
}
