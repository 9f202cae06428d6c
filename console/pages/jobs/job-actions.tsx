import { useQueryClient } from "@tanstack/react-query";
import type { Job } from "../../../client/index.ts";
import { answered } from "../../api/api-problem.ts";
import { ConfirmDialog } from "../../components/dialogs/dialogs.tsx";
import { useHolds, useSession } from "../../session/session.tsx";
import { isLive, mayBeRetried } from "./job-queries.ts";

/** Retry or cancel, whichever the state allows; nothing without the scope. */
export function JobActions({ job }: { readonly job: Job }) {
  const { api } = useSession();
  const queries = useQueryClient();
  if (!useHolds("posts:write")) return null;
  const params = { jobId: job.jobId };
  const name = `${job.kind.toLowerCase()} job ${job.jobId}`;
  const done = () => queries.invalidateQueries({ queryKey: ["jobs"] });
  if (mayBeRetried(job))
    return (
      <ConfirmDialog
        label="Retry"
        accessibleLabel={`Retry the ${name}`}
        heading="Retry this job?"
        variant="plain"
        onConfirm={() => answered(api.retryJob({ params })).then(done)}
        text="It waits again with all its attempts. A retry of an encrypt job does not transcode again."
      />
    );
  if (isLive(job))
    return (
      <ConfirmDialog
        label="Cancel"
        accessibleLabel={`Cancel the ${name}`}
        heading="Cancel this job?"
        confirmLabel="Cancel the job"
        onConfirm={() => answered(api.cancelJob({ params })).then(done)}
        variant="danger"
        text="A processor that works on it stops, and what it has stored is deleted. What plays keeps playing."
      />
    );
  return null;
}
