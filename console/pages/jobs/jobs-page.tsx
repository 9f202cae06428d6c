import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import type { Job } from "../../../client/index.ts";
import { ActionButton } from "../../components/buttons.tsx";
import { DateTime, wordsOf } from "../../components/facts.tsx";
import { FilterSelect } from "../../components/lists/filter-select.tsx";
import { PagedList } from "../../components/lists/paged-list.tsx";
import type { Column } from "../../components/lists/paged-table.tsx";
import { TypedFilter } from "../../components/lists/typed-filter.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useHolds, useSession } from "../../session/session.tsx";
import { JobActions } from "./job-actions.tsx";
import { JOB_KINDS, JOB_STATES, type JobFilters } from "./job-filters.ts";
import { jobsQuery } from "./job-queries.ts";
import { JobDetail, JobStateBadge, jobStateLabel } from "./job-state.tsx";

const route = getRouteApi("/jobs");

const COLUMNS: readonly Column<Job>[] = [
  {
    id: "job",
    heading: "Job",
    width: "11rem",
    cell: ({ jobId, kind, fileIndex }) => {
      const name = fileIndex === null ? wordsOf(kind) : `${wordsOf(kind)}, part ${fileIndex}`;
      return (
        <Link to="/jobs/$jobId" params={{ jobId }} aria-label={`${name}: job ${jobId}`}>
          {name}
        </Link>
      );
    },
  },
  { id: "state", heading: "State", width: "10rem", cell: ({ state }) => <JobStateBadge state={state} /> },
  { id: "detail", heading: "Detail", cell: (job) => <JobDetail {...job} />, isExtra: true },
  {
    id: "attempt",
    heading: "Attempts",
    width: "7.5rem",
    cell: ({ attempt, maxAttempts }) => `${attempt} of ${maxAttempts}`,
    isExtra: true,
  },
  {
    id: "created",
    heading: "Created",
    width: "13rem",
    cell: ({ createdAt }) => <DateTime at={createdAt} />,
    isExtra: true,
  },
];

const ACTIONS: Column<Job> = {
  id: "actions",
  heading: "Actions",
  width: "7rem",
  cell: (job) => <JobActions job={job} />,
  isExtra: true,
};

export function JobsPage() {
  const filters = route.useSearch();
  const { api } = useSession();
  const jobs = useInfiniteQuery(jobsQuery(api, filters));
  const columns = useHolds("posts:write") ? [...COLUMNS, ACTIONS] : COLUMNS;
  return (
    <>
      <PageHeader
        title={filters.state === "FAILED" ? "Dead letters" : "Jobs"}
        actions={
          <ActionButton isPending={jobs.isRefetching} onPress={() => void jobs.refetch()}>
            Refresh
          </ActionButton>
        }
      >
        <p className="quiet">
          {filters.state === "FAILED"
            ? "Jobs that failed for good. They wait for an operator, who reads the reason and retries them."
            : "The newest first."}
        </p>
      </PageHeader>
      <JobFilterBar filters={filters} />
      <PagedList
        label="Jobs"
        columns={columns}
        items={jobs.data?.pages.flatMap((page) => page.jobs)}
        keyOf={({ jobId }) => jobId}
        query={jobs}
        empty={Object.values(filters).some(Boolean) ? "No job matches these filters." : "There are no jobs yet."}
      />
    </>
  );
}

function JobFilterBar({ filters }: { readonly filters: JobFilters }) {
  const navigate = useNavigate({ from: "/jobs" });
  const change = useCallback(
    (changed: JobFilters) => void navigate({ search: (before) => ({ ...before, ...changed }), replace: true }),
    [navigate],
  );
  const changePost = useCallback((post: string | undefined) => change({ post }), [change]);
  return (
    <search className="filter-bar">
      <FilterSelect
        label="State"
        choices={JOB_STATES.map((state) => ({ value: state, label: jobStateLabel(state) }))}
        value={filters.state}
        onChange={(state) => change({ state })}
      />
      <FilterSelect
        label="Kind"
        choices={JOB_KINDS.map((kind) => ({ value: kind, label: wordsOf(kind) }))}
        value={filters.kind}
        onChange={(kind) => change({ kind })}
      />
      <TypedFilter label="Id of the post" value={filters.post} onChange={changePost} />
    </search>
  );
}
