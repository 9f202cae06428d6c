import type { VideoPostFilter, VideoPostPosition } from "../../application/ports/video-post-queries.ts";
import { earliestUuidV7 } from "../../lib/random-id.ts";

/*
 * How a page of posts is read: an index serves some of the filters and gives the order, the others are checked for each
 * post that it gives.
 */

export type PostListRead = ReadById | ReadByTitle;

/** The newest first: `from` <= id < `below`. */
export type ReadById = {
  readonly by: "id";
  readonly index: string;
  /** The columns of the index before the id. */
  readonly served: readonly FilterName[];
  readonly checked: readonly FilterName[];
  readonly below: string;
  readonly from: string | null;
};

/** Behind `after` and below `below`, in the order of folded titles and ids. The other bounds are of the id. */
export type ReadByTitle = {
  readonly by: "title";
  readonly index: string;
  readonly after: readonly [titleFolded: string, id: string];
  readonly below: string;
  readonly checked: readonly FilterName[];
  readonly idBelow: string | null;
  readonly idFrom: string | null;
};

/** "status" stands for "not deleted" where no status is given. */
export type FilterName = "slug" | "authorId" | "status" | "resourceType";
const FILTERS: readonly FilterName[] = ["slug", "authorId", "status", "resourceType"];

/** Above every id. */
export const BEHIND_ALL = "~";
/** Above every character. */
const LAST_CHARACTER = "\u{10ffff}";

/** By the index of the most selective filter. All end with the id. */
export function postListRead(filter: VideoPostFilter, after: VideoPostPosition | null): PostListRead {
  const [from, before] = [filter.createdFrom, filter.createdBefore].map((at) =>
    at === undefined ? null : earliestUuidV7(at),
  ) as [string | null, string | null];
  const { titlePrefix } = filter;
  if (titlePrefix !== undefined)
    return {
      by: "title",
      index: "video_post_title",
      after: [after?.titleFolded ?? titlePrefix, after?.videoPostId ?? ""],
      below: titlePrefix + LAST_CHARACTER,
      checked: checkedBeside([], filter),
      idBelow: before,
      idFrom: from,
    };
  const { index, served } = servingIndex(filter);
  const last = after?.videoPostId ?? BEHIND_ALL;
  const below = before !== null && before < last ? before : last;
  return { by: "id", index, served, checked: checkedBeside(served, filter), below, from };
}

function servingIndex({ slug, authorId, status, resourceType }: VideoPostFilter): {
  readonly index: string;
  readonly served: readonly FilterName[];
} {
  if (slug !== undefined) return { index: "video_post_slug", served: ["slug"] };
  if (authorId !== undefined) {
    const index = status === undefined ? "video_post_author" : "video_post_author_status";
    return { index, served: ["authorId", "status"] };
  }
  if (status !== undefined) return { index: "video_post_status", served: ["status"] };
  if (resourceType !== undefined) return { index: "video_post_type", served: ["resourceType", "status"] };
  return { index: "video_post_live", served: ["status"] };
}

function checkedBeside(served: readonly FilterName[], filter: VideoPostFilter): readonly FilterName[] {
  return FILTERS.filter((name) => !served.includes(name) && (name === "status" || filter[name] !== undefined));
}
