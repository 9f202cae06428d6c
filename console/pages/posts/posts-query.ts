import { infiniteQueryOptions } from "@tanstack/react-query";
import type { Api } from "../../api/api-client.ts";
import { answered } from "../../api/api-problem.ts";
import type { PostFilters } from "./post-filters.ts";

const PAGE = "100";

/** The newest posts first; with a title, in the order of their titles. */
export function postsQuery(api: Api, { status, type, title }: PostFilters) {
  const filters = { status, resourceType: type, titlePrefix: title };
  return infiniteQueryOptions({
    queryKey: ["posts", filters],
    queryFn: ({ pageParam, signal }) =>
      answered(api.listVideoPosts({ query: { ...filters, limit: PAGE, cursor: pageParam } }, { signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}
