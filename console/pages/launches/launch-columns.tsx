import { Link } from "@tanstack/react-router";
import type { ListedLaunch } from "../../../client/index.ts";
import { Badge, type Tone } from "../../components/badge.tsx";
import { DateTime } from "../../components/facts.tsx";
import type { Column } from "../../components/lists/paged-table.tsx";

const SHOWN: Readonly<Record<ListedLaunch["state"], { readonly label: string; readonly tone: Tone }>> = {
  STARTING: { label: "Starting", tone: "waiting" },
  STARTED: { label: "Started", tone: "busy" },
  STOPPING: { label: "Stopping", tone: "waiting" },
  REFUSED: { label: "Refused", tone: "bad" },
  ENDED: { label: "Ended", tone: "quiet" },
};

export function launchStateLabel(state: ListedLaunch["state"]): string {
  return SHOWN[state].label;
}

export const LAUNCH_COLUMNS: readonly Column<ListedLaunch>[] = [
  {
    id: "state",
    heading: "State",
    width: "8rem",
    cell: ({ state }) => <Badge tone={SHOWN[state].tone}>{SHOWN[state].label}</Badge>,
  },
  {
    id: "reason",
    heading: "Platform",
    cell: ({ number, platform, region, cause, reason, exitCode }) => (
      <span dir="auto">
        Launch {number}: {platform}
        {region === null ? "" : `, ${region}`}
        {cause === null ? "" : `, ${cause}`}
        {exitCode === null ? "" : `, exit code ${exitCode}`}
        {reason !== null && <span className="quiet"> {reason}</span>}
      </span>
    ),
  },
  {
    id: "job",
    heading: "Works on",
    width: "6rem",
    cell: ({ runsJobId, number }) => (
      <Link to="/jobs/$jobId" params={{ jobId: runsJobId }} aria-label={`Job ${runsJobId}, launch ${number}`}>
        Job
      </Link>
    ),
  },
  {
    id: "created",
    heading: "Ordered",
    width: "13rem",
    cell: ({ createdAt }) => <DateTime at={createdAt} />,
    isExtra: true,
  },
];
