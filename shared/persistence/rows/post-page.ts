import type {
  ListedPoster,
  VideoPostPage,
  VideoPostPosition,
  VideoPostQuery,
  VideoPostSummary,
} from "../../application/ports/video-post-queries.ts";
import type { PartImages, PosterChoice } from "../../domain/part/part-images.ts";
import { areAllPublic, shownPoster } from "../../domain/part/shown-images.ts";
import type { Quality } from "../../domain/quality/quality.ts";
import type { QualityAuth } from "../../domain/quality/quality-auth.ts";

/**
 * The posts that one page reads at most. The index serves some of the filters, the others are checked for each post
 * that it gives: a page of a rare combination ends after this many.
 */
export const POSTS_PER_PAGE_READ = 1000;

/** `n` counts the posts that were read. */
export type PostRow = Omit<VideoPostSummary, "poster"> &
  PosterColumns & {
    readonly titleFolded: string;
    readonly matches: boolean;
    readonly n: number;
  };

/** Of the first part that has a poster; null where none has. */
type PosterColumns = {
  readonly posterFileIndex: number | null;
  readonly images: PartImages | null;
  readonly posterChoice: PosterChoice | null;
  /** The qualities that play, and their policies; null where the post is not published or the part does not play. */
  readonly served: readonly Quality[] | null;
  readonly policies: readonly (readonly [QualityAuth["quality"], QualityAuth["policy"]])[] | null;
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

function summaryOf(row: PostRow): VideoPostSummary {
  const { titleFolded: _, matches: __, n: ___, posterFileIndex, images, posterChoice, served, policies, ...post } = row;
  const columns = { posterFileIndex, images, posterChoice, served, policies };
  return { ...post, poster: listedPoster(columns) };
}

function listedPoster({ posterFileIndex, images, posterChoice, served, policies }: PosterColumns): ListedPoster | null {
  const poster = shownPoster({ images, poster: posterChoice });
  if (posterFileIndex === null || poster === null) return null;
  const { width, height, candidate, id, name } = poster;
  const isPublic = areAllPublic(
    served ?? [],
    (policies ?? []).map(([quality, policy]) => ({ quality, policy })),
  );
  return { fileIndex: posterFileIndex, width, height, candidate, address: isPublic ? `${id}/${name}` : null };
}
