import { Link } from "@tanstack/react-router";
import type { Overview } from "../../../client/index.ts";
import type { JobFilters } from "../jobs/job-filters.ts";
import { spanText } from "./figures.ts";
import { kindLabel } from "./labels.ts";

type Queue = Overview["queue"];

const MOST_COUNTED = 10_000;

const TILES: readonly {
  readonly state: NonNullable<JobFilters["state"]> & keyof Queue["counts"];
  readonly label: string;
}[] = [
  { state: "QUEUED", label: "Jobs that wait" },
  { state: "RUNNING", label: "Jobs that run" },
  { state: "RETRY_WAIT", label: "Wait for an attempt" },
  { state: "FAILED", label: "Dead letters" },
];

export function QueueTiles({ queue, at }: Pick<Overview, "queue" | "at">) {
  const { counts, oldest } = queue;
  return (
    <dl className="tiles">
      {TILES.map(({ state, label }) => (
        <div key={state} className="tile">
          <dt>{label}</dt>
          <dd>
            <Link
              to="/jobs"
              search={{ state }}
              className="tile-value"
              aria-label={`${countText(counts[state])} ${label.toLowerCase()}`}
            >
              {countText(counts[state])}
            </Link>
          </dd>
        </div>
      ))}
      <div className="tile">
        <dt>Age of the queue</dt>
        <dd>
          <span className="tile-value">{oldest === null ? "–" : spanText(at - oldest.dueSince)}</span>
          {oldest === null ? (
            <span className="quiet small">No job is due.</span>
          ) : (
            <Link to="/jobs/$jobId" params={{ jobId: oldest.jobId }} className="small">
              {kindLabel(oldest.kind)} job that is due for the longest time
            </Link>
          )}
        </dd>
      </div>
    </dl>
  );
}

function countText(count: number): string {
  return count >= MOST_COUNTED ? "10,000 or more" : String(count);
}
