import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import type { Api } from "../../api/api-client.ts";
import { answered } from "../../api/api-problem.ts";
import { ActionButton } from "../../components/buttons.tsx";
import { FilterSelect } from "../../components/lists/filter-select.tsx";
import { PagedList } from "../../components/lists/paged-list.tsx";
import { TypedFilter } from "../../components/lists/typed-filter.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useSession } from "../../session/session.tsx";
import { LAUNCH_COLUMNS, launchStateLabel } from "./launch-columns.tsx";
import { LAUNCH_STATES, type LaunchFilters } from "./launch-filters.ts";

const route = getRouteApi("/launches");

function launchesQuery(api: Api, { state, job }: LaunchFilters) {
  return infiniteQueryOptions({
    queryKey: ["launches", state, job],
    queryFn: ({ pageParam, signal }) =>
      answered(api.listLaunches({ query: { state, jobId: job, limit: "100", cursor: pageParam } }, { signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}

export function LaunchesPage() {
  const filters = route.useSearch();
  const { api } = useSession();
  const launches = useInfiniteQuery(launchesQuery(api, filters));
  const navigate = useNavigate({ from: "/launches" });
  const change = useCallback(
    (changed: LaunchFilters) => void navigate({ search: (before) => ({ ...before, ...changed }), replace: true }),
    [navigate],
  );
  const changeJob = useCallback((job: string | undefined) => change({ job }), [change]);
  return (
    <>
      <PageHeader
        title="Launches"
        actions={
          <ActionButton isPending={launches.isRefetching} onPress={() => void launches.refetch()}>
            Refresh
          </ActionButton>
        }
      >
        <p className="quiet">Containers that were ordered for jobs, the newest first.</p>
      </PageHeader>
      <search className="filter-bar">
        <FilterSelect
          label="State"
          choices={LAUNCH_STATES.map((state) => ({ value: state, label: launchStateLabel(state) }))}
          value={filters.state}
          onChange={(state) => change({ state })}
        />
        <TypedFilter label="Id of the job" value={filters.job} onChange={changeJob} />
      </search>
      <PagedList
        label="Launches"
        columns={LAUNCH_COLUMNS}
        items={launches.data?.pages.flatMap((page) => page.items)}
        keyOf={({ launchId }) => launchId}
        query={launches}
        empty={
          Object.values(filters).some(Boolean)
            ? "No launch matches these filters."
            : "No container was ordered yet. Without a launcher, processors that poll claim the jobs."
        }
      />
    </>
  );
}
