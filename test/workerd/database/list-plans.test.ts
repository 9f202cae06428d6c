import { describe, expect, it } from "vitest";
import type { VideoPostFilter } from "../../../shared/application/ports/video-post-queries.ts";
import { uuidV7 } from "../../../shared/lib/random-id.ts";
import { plansOf, readsWhole } from "./query-plans.ts";

/** Every filter, and every pair. */
function pairsOf<Filter extends object>(values: Filter): Partial<Filter>[] {
  const names = Object.keys(values) as (keyof Filter)[];
  return names.flatMap((first, at) =>
    names.slice(at).map((second) => ({ [first]: values[first], [second]: values[second] }) as Partial<Filter>),
  );
}

describe("the list of posts", () => {
  const FILTERS: Required<VideoPostFilter> = {
    status: "PUBLISHED",
    authorId: "a",
    slug: "b",
    resourceType: "AUDIO",
    titlePrefix: "c",
    createdFrom: 1,
    createdBefore: 2,
  };

  it("searches an index, in its order, for every filter and every pair, on every page", async () => {
    const pages = [{}, ...pairsOf(FILTERS), { status: "DELETED" } as const].flatMap((filter) => {
      const title = filter.titlePrefix === undefined ? {} : { titleFolded: "cd" };
      return [null, { videoPostId: uuidV7(1), ...title }].map((after) => ({ filter, after, limit: 10 }));
    });
    const plans = await Promise.all(pages.map((page) => plansOf(({ postQueries }) => postQueries.list(page))));
    const isIndexed = ([plan, ...others]: string[][]) => {
      const joined = plan!.indexOf("SCAN page");
      const [read, posters] = [plan!.slice(0, joined), plan!.slice(joined + 1)];
      return (
        others.length === 0 &&
        read.some((line) => line.startsWith("SEARCH video_post USING INDEX video_post_")) &&
        !readsWhole(read) &&
        // The rows of the page are sorted, and the parts of each post, which are few.
        !readsWhole(posters.filter((line) => line !== "USE TEMP B-TREE FOR ORDER BY"))
      );
    };
    const odd = pages.map((page, at) => ({ page, plans: plans[at]! })).filter(({ plans }) => !isIndexed(plans));
    expect(odd).toEqual([]);
  });

  it("finds titles that are not folded yet by an index", async () => {
    const plans = await plansOf(({ foldedTitles }) => foldedTitles.complete(10));
    expect(plans).toEqual([[expect.stringContaining("INDEX video_post_unfolded")]]);
  });
});
