import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Api } from "../../api/api-client.ts";
import { answered } from "../../api/api-problem.ts";

const POLL_MS = 3000;
const PAGE = "100";

export function rotationsQuery(api: Api) {
  return infiniteQueryOptions({
    queryKey: ["rotations"],
    queryFn: ({ pageParam, signal }) => answered(api.listRotations({ query: { cursor: pageParam } }, { signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}

/** Read again while the batch runs: rotations have no stream of events. */
export function rotationQuery(api: Api, batchId: string) {
  return queryOptions({
    queryKey: ["rotation", batchId],
    queryFn: ({ signal }) => answered(api.getRotation({ params: { batchId } }, { signal })),
    refetchInterval: ({ state }) => (state.data?.state === "RUNNING" ? POLL_MS : false),
  });
}

export function rotationItemsQuery(api: Api, batchId: string) {
  return infiniteQueryOptions({
    queryKey: ["rotation", batchId, "items"],
    queryFn: async ({ pageParam, signal }) => {
      const query = { limit: PAGE, cursor: pageParam };
      const page = await answered(api.listRotationItems({ params: { batchId }, query }, { signal }));
      if (page instanceof Response) throw new Error("the items came as a file");
      return page;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}
