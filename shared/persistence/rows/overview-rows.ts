import type {
  CountedState,
  JobOutcome,
  JobsOfHour,
  LaunchesOfState,
  LaunchReason,
  OldestDueJob,
  Overview,
  ReadOverview,
  StoredPost,
  TimesOfStage,
} from "../../application/ports/overview-figures.ts";
import type { FailureCode } from "../../domain/job/failure.ts";
import type { JobKind } from "../../domain/job/transcode-job.ts";

type EndedRow = {
  readonly hour: number;
  readonly kind: JobKind;
  readonly state: JobOutcome;
  readonly failCode: FailureCode | null;
  readonly count: number;
  readonly oldestAt: number;
};
type LaunchRow = LaunchesOfState & { readonly oldestAt: number };
type StoredRow = StoredPost & {
  readonly posts: number;
  readonly allSourceBytes: number;
  readonly allClearBytes: number;
  readonly allEncryptedBytes: number;
  /** 0 or 1 in SQLite. */
  readonly isCut: boolean | number;
};

type Rows = readonly Readonly<Record<string, unknown>>[];

/** The results of `overviewStatements`, in their order. */
export function overviewOf(results: readonly Rows[], input: ReadOverview): Overview {
  const [ended = [], times = [], states = [], oldest = [], launches = [], reasons = [], stored = []] = results;
  return {
    jobs: { ...endedJobs(ended as readonly EndedRow[], input), times: times as readonly TimesOfStage[] },
    queue: {
      counts: states[0] as Record<CountedState, number>,
      oldest: (oldest as readonly OldestDueJob[])[0] ?? null,
    },
    launches: {
      ...launchesByState(launches as readonly LaunchRow[], input),
      reasons: reasons as readonly LaunchReason[],
    },
    storage: storage(stored as readonly StoredRow[]),
  };
}

function endedJobs(rows: readonly EndedRow[], { from, limits }: ReadOverview) {
  const hours = Map.groupBy(rows, ({ hour, kind, state }) => `${hour} ${kind} ${state}`);
  const byHour = [...hours.values()].map((group): JobsOfHour => {
    const { hour, kind, state } = group[0]!;
    return { hour, kind, state, count: total(group) };
  });
  const failed = rows.filter(({ state }) => state === "FAILED");
  // Rows of releases without codes have none.
  const codes = Map.groupBy(failed, ({ kind, failCode }) => `${kind} ${failCode ?? "unclassified"}`);
  const failures = [...codes.values()].map((group) => {
    const { kind, failCode } = group[0]!;
    return { kind, failCode: failCode ?? ("unclassified" as const), count: total(group) };
  });
  return {
    completeFrom: completeFrom(rows, from, limits.endedJobs),
    byHour,
    failures: failures.toSorted((a, b) => b.count - a.count || a.failCode.localeCompare(b.failCode, "en")),
  };
}

function launchesByState(rows: readonly LaunchRow[], { from, limits }: ReadOverview) {
  return {
    completeFrom: completeFrom(rows, from, limits.launches),
    byState: rows.map(({ state, cause, count }) => ({ state, cause, count })),
  };
}

type Counted = { readonly count: number; readonly oldestAt: number };

function completeFrom(rows: readonly Counted[], from: number, limit: number): number {
  return total(rows) < limit ? from : Math.min(...rows.map(({ oldestAt }) => oldestAt));
}

function total(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0);
}

function storage(rows: readonly StoredRow[]): Overview["storage"] {
  const [first] = rows;
  const largestPosts = rows.map((row): StoredPost => {
    const { videoPostId, title, resourceType, sourceBytes, clearBytes, encryptedBytes } = row;
    return { videoPostId, title, resourceType, sourceBytes, clearBytes, encryptedBytes };
  });
  return {
    posts: first?.posts ?? 0,
    isComplete: !first?.isCut,
    sourceBytes: first?.allSourceBytes ?? 0,
    clearBytes: first?.allClearBytes ?? 0,
    encryptedBytes: first?.allEncryptedBytes ?? 0,
    largestPosts,
  };
}
