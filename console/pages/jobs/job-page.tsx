import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Job } from "../../../client/index.ts";
import { FactList } from "../../components/fact-list.tsx";
import { DateTime, wordsOf } from "../../components/facts.tsx";
import { PlainTable } from "../../components/lists/plain-table.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Section } from "../../components/section.tsx";
import { Empty, Loading, ProblemNotice } from "../../components/states.tsx";
import { useSession } from "../../session/session.tsx";
import { LAUNCH_COLUMNS } from "../launches/launch-columns.tsx";
import { JobActions } from "./job-actions.tsx";
import { JobProgress } from "./job-progress.tsx";
import { historyOfPostQuery, jobQuery, launchesOfJobQuery } from "./job-queries.ts";
import { JobStateBadge } from "./job-state.tsx";
import { RevisionList } from "./revision-list.tsx";

const route = getRouteApi("/jobs/$jobId");

export function JobPage() {
  const { jobId } = route.useParams();
  const { api } = useSession();
  const job = useQuery(jobQuery(api, jobId));
  if (job.isPending)
    return (
      <>
        <PageHeader title="Job" />
        <Loading label="Loading the job" />
      </>
    );
  if (job.data === undefined)
    return (
      <>
        <PageHeader title="Job" />
        <ProblemNotice error={job.error} retry={() => void job.refetch()} />
      </>
    );
  return <LoadedJob job={job.data} />;
}

function LoadedJob({ job }: { readonly job: Job }) {
  return (
    <>
      <PageHeader title={`${wordsOf(job.kind)} job`} actions={<JobActions job={job} />}>
        <p>
          <JobStateBadge state={job.state} /> <code className="quiet">{job.jobId}</code>
        </p>
      </PageHeader>
      {job.failReason !== null && (
        <div className="notice notice-problem">
          <p className="notice-title">{job.state === "FAILED" ? "Why it failed" : "Why the last attempt failed"}</p>
          <p dir="auto">{job.failReason}</p>
          <code>{job.failCode}</code>
        </div>
      )}
      {job.state === "RUNNING" && <JobProgress progress={job.progress} />}
      <FactList facts={detailsOf(job)} />
      <LaunchesOfJob jobId={job.jobId} />
      <HistoryOfPost videoPostId={job.videoPostId} />
    </>
  );
}

function detailsOf(job: Job) {
  const time = (at: number | null) => (at === null ? null : <DateTime at={at} />);
  return [
    {
      name: "Post",
      value: (
        <Link to="/posts/$videoPostId" params={{ videoPostId: job.videoPostId }}>
          {job.videoPostId}
        </Link>
      ),
    },
    {
      name: "Other jobs",
      value: (
        <Link to="/jobs" search={{ post: job.videoPostId }}>
          All jobs of the post
        </Link>
      ),
    },
    { name: "Part", value: job.fileIndex },
    { name: "Attempts", value: `${job.attempt} of ${job.maxAttempts}` },
    { name: "Claims", value: job.claimNo },
    { name: "Processor", value: job.leaseOwner },
    { name: "Created", value: time(job.createdAt) },
    { name: "Due since", value: job.state === "QUEUED" || job.state === "RETRY_WAIT" ? time(job.runAfter) : null },
    { name: "First claim", value: time(job.startedAt) },
    { name: "Lease until", value: time(job.leaseExpiresAt) },
    { name: "Ended", value: time(job.finishedAt) },
  ];
}

function LaunchesOfJob({ jobId }: Pick<Job, "jobId">) {
  const { api } = useSession();
  const launches = useQuery(launchesOfJobQuery(api, jobId));
  return (
    <Section heading="Launches">
      {launches.isPending && <Loading label="Loading launches" />}
      {launches.error !== null && <ProblemNotice error={launches.error} retry={() => void launches.refetch()} />}
      {launches.data?.items.length === 0 && (
        <Empty heading="No container was ordered for this job. Processors that poll claim it." />
      )}
      {launches.data !== undefined && launches.data.items.length > 0 && (
        <PlainTable
          label="Launches of this job"
          columns={LAUNCH_COLUMNS}
          items={launches.data.items}
          keyOf={({ launchId }) => launchId}
        />
      )}
    </Section>
  );
}

function HistoryOfPost({ videoPostId }: Pick<Job, "videoPostId">) {
  const { api } = useSession();
  const history = useQuery(historyOfPostQuery(api, videoPostId));
  return (
    <Section heading="Changes of the post">
      {history.isPending && <Loading label="Loading changes" />}
      {history.error !== null && <ProblemNotice error={history.error} retry={() => void history.refetch()} />}
      {history.data !== undefined && <RevisionList revisions={history.data.items} />}
    </Section>
  );
}
