import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { Overview } from "../../../client/index.ts";
import type { Api } from "../../api/api-client.ts";
import { answered } from "../../api/api-problem.ts";
import { ActionButton } from "../../components/buttons.tsx";
import { DateTime } from "../../components/facts.tsx";
import { SelectInput } from "../../components/fields.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Loading, ProblemNotice } from "../../components/states.tsx";
import { useSession } from "../../session/session.tsx";
import { FailuresPlot } from "./failures-plot.tsx";
import { HOURS, type Hours } from "./hours.ts";
import { JobsPlot } from "./jobs-plot.tsx";
import { LaunchesPlot } from "./launches-plot.tsx";
import { QueueTiles } from "./queue-tiles.tsx";
import { StoragePlot } from "./storage-plot.tsx";
import { TimesPlot } from "./times-plot.tsx";

const route = getRouteApi("/overview");

/** While the page is in front. */
const REFRESH_MS = 60_000;

function overviewQuery(api: Api, hours: Hours) {
  return queryOptions({
    queryKey: ["overview", hours],
    queryFn: ({ signal }) => answered(api.readOverview({ query: { hours } }, { signal })),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
}

export function OverviewPage() {
  const { hours = "24" } = route.useSearch();
  const { api } = useSession();
  const navigate = useNavigate({ from: "/overview" });
  const overview = useQuery(overviewQuery(api, hours));
  return (
    <>
      <PageHeader
        title="Overview"
        actions={
          <>
            <SelectInput
              label="Time"
              choices={HOURS}
              value={hours}
              onChange={(chosen) => void navigate({ search: { hours: chosen }, replace: true })}
            />
            <ActionButton isPending={overview.isRefetching} onPress={() => void overview.refetch()}>
              Refresh
            </ActionButton>
          </>
        }
      >
        {overview.data !== undefined && (
          <p className="quiet">
            As of <DateTime at={overview.data.at} />
          </p>
        )}
      </PageHeader>
      {overview.isPending && <Loading label="Loading figures" />}
      {overview.error !== null && <ProblemNotice error={overview.error} retry={() => void overview.refetch()} />}
      {overview.data !== undefined && <Figures overview={overview.data} />}
    </>
  );
}

function Figures({ overview }: { readonly overview: Overview }) {
  const hours = Math.round((overview.at - overview.from) / 3_600_000);
  return (
    <>
      <QueueTiles queue={overview.queue} at={overview.at} />
      <div className="plots">
        <JobsPlot overview={overview} hours={hours} />
        <TimesPlot times={overview.jobs.times} />
        <FailuresPlot failures={overview.jobs.failures} />
        <LaunchesPlot launches={overview.launches} />
        <StoragePlot storage={overview.storage} />
      </div>
    </>
  );
}
