import type {
  VideoPostPage,
  VideoPostPosition,
  VideoPostQuery,
  VideoPostSummary,
} from "../../application/ports/video-post-queries.ts";

/**
 * The posts that one page reads at most. The index serves some of the filters, the others are checked for each post
 * that it gives: a page of a rare combination ends after this many.
 */
export const POSTS_PER_PAGE_READ = 1000;

/** `n` counts the posts that were read. */
export type PostRow = VideoPostSummary & {
  readonly titleFolded: string;
  readonly matches: boolean;
  readonly n: number;
};

/**
 * The page of the matching rows, in order, and of the row at which the reading ended, whether it matches or not: the
 * next page continues behind it.
 */
export function postPage(rows: readonly PostRow[], { filter, limit }: VideoPostQuery): VideoPostPage {
  const matching = rows.filter(({ matches }) => matches);
  const items = matching.slice(0, limit);
  const end = rows.find(({ n }) => n === POSTS_PER_PAGE_READ);
  const last = matching.length > limit ? items.at(-1) : end;
  const position = ({ videoPostId, titleFolded }: PostRow): VideoPostPosition =>
    filter.titlePrefix === undefined ? { videoPostId } : { videoPostId, titleFolded };
  return { items: items.map(summaryOf), next: last === undefined ? null : position(last) };
}

function summaryOf({ titleFolded: _, matches: __, n: ___, ...summary }: PostRow): VideoPostSummary {
  return summary;
}
