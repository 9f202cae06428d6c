import { type SQL, sql } from "drizzle-orm";
import type { VideoPostFilter, VideoPostPosition } from "../../../application/ports/video-post-queries.ts";
import { earliestUuidV7 } from "../../../lib/random-id.ts";

/** How a list is read: `served` by the index and in its order, `checked` for each row that it gives. */
export type IndexedRead = {
  readonly index: string;
  readonly served: readonly SQL[];
  readonly checked: readonly SQL[];
  readonly order: SQL;
};

/** Above every id: without a bound the index would be scanned instead of searched. */
const BEHIND_ALL = "~";
/** Above every character. */
const LAST_CHARACTER = "\u{10ffff}";

/** The planner has no statistics, so the index of the most selective filter is named. All end with the id. */
export function indexedRead(filter: VideoPostFilter, after: VideoPostPosition | null): IndexedRead {
  return filter.titlePrefix === undefined ? byId(filter, after) : byTitle(filter, filter.titlePrefix, after);
}

/** The newest first. Ids start with the time of creation. */
function byId(filter: VideoPostFilter, after: VideoPostPosition | null): IndexedRead {
  const { index, equal } = equalColumns(filter);
  const { createdFrom, createdBefore } = filter;
  const bounds = [after?.videoPostId ?? BEHIND_ALL];
  if (createdBefore !== undefined) bounds.push(earliestUuidV7(createdBefore));
  const range = [sql`id < ${bounds.toSorted()[0]}`];
  if (createdFrom !== undefined) range.push(sql`id >= ${earliestUuidV7(createdFrom)}`);
  const conditions = conditionsOf(filter);
  const served = [...equal.map((name) => conditions[name]), ...range];
  const checked = FILTERS.filter((name) => !equal.includes(name)).map((name) => conditions[name]);
  return { index, served: served.flatMap(asList), checked: checked.flatMap(asList), order: sql`id DESC` };
}

function byTitle(filter: VideoPostFilter, prefix: string, after: VideoPostPosition | null): IndexedRead {
  const { createdFrom, createdBefore } = filter;
  const conditions = conditionsOf(filter);
  const start = sql`(title_folded, id) > (${after?.titleFolded ?? prefix}, ${after?.videoPostId ?? ""})`;
  return {
    index: "video_post_title",
    served: [start, sql`title_folded < ${prefix + LAST_CHARACTER}`],
    checked: [
      ...FILTERS.flatMap((name) => asList(conditions[name])),
      ...(createdFrom === undefined ? [] : [sql`id >= ${earliestUuidV7(createdFrom)}`]),
      ...(createdBefore === undefined ? [] : [sql`id < ${earliestUuidV7(createdBefore)}`]),
    ],
    order: sql`title_folded, id`,
  };
}

type FilterName = "slug" | "authorId" | "status" | "resourceType";
const FILTERS: readonly FilterName[] = ["slug", "authorId", "status", "resourceType"];

/** The columns before the id in the index of a list; "status" stands for "not deleted" where no status is given. */
function equalColumns({ slug, authorId, status, resourceType }: VideoPostFilter): {
  readonly index: string;
  readonly equal: readonly FilterName[];
} {
  if (slug !== undefined) return { index: "video_post_slug", equal: ["slug"] };
  if (authorId !== undefined) {
    const index = status === undefined ? "video_post_author" : "video_post_author_status";
    return { index, equal: ["authorId", "status"] };
  }
  if (status !== undefined) return { index: "video_post_status", equal: ["status"] };
  if (resourceType !== undefined) return { index: "video_post_type", equal: ["resourceType", "status"] };
  return { index: "video_post_live", equal: ["status"] };
}

function conditionsOf(filter: VideoPostFilter): Readonly<Record<FilterName, SQL | null>> {
  const { slug, authorId, status, resourceType } = filter;
  return {
    slug: slug === undefined ? null : sql`slug = ${slug}`,
    authorId: authorId === undefined ? null : sql`author_id = ${authorId}`,
    // In the words of the partial indexes.
    status: status === undefined ? sql`deleted_at IS NULL` : sql`status = ${status}`,
    resourceType: resourceType === undefined ? null : sql`resource_type = ${resourceType}`,
  };
}

function asList<T>(value: T | null): readonly T[] {
  return value === null ? [] : [value];
}
