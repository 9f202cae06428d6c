import type { Progress } from "../../../shared/application/protocols/job-protocol.ts";

/** Progress as it is sent: at most so often, one at a time, and never backwards within a stage. */
export type ProgressReporter = {
  readonly report: (progress: Progress) => void;
  /** What heartbeats carry: the newest that was reported. */
  readonly latest: () => Progress;
  /** Sends the newest if it has not been sent. Resolves when nothing is being sent; nothing is sent afterwards. */
  readonly stop: () => Promise<void>;
};

export const PROGRESS_INTERVAL_MS = 1_000;

/** `send` swallows its own failures: progress that is lost is followed by better progress. */
export function createProgressReporter(options: {
  readonly first: Progress;
  readonly send: (progress: Progress) => Promise<void>;
  readonly onStage: (progress: Progress) => void;
  readonly intervalMs?: number;
}): ProgressReporter {
  const { send, onStage, intervalMs = PROGRESS_INTERVAL_MS } = options;
  let latest = options.first;
  let sent = options.first;
  let busy = false;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> = Promise.resolve();
  let stopped = false;

  const flush = () => {
    busy = !stopped && sent !== latest;
    if (!busy) return;
    sent = latest;
    sending = send(latest).finally(() => {
      // The next one waits for the reply, so that two never overtake each other.
      if (!stopped) timer = setTimeout(flush, intervalMs);
    });
  };
  const report = (progress: Progress) => {
    if (stopped) return;
    const next = forward(latest, progress);
    if (next.stage !== latest.stage) onStage(next);
    latest = next;
    if (!busy) flush();
  };
  const stop = async () => {
    stopped = true;
    clearTimeout(timer);
    await sending;
    if (sent === latest) return;
    sent = latest;
    await send(latest);
  };
  return { report, latest: () => latest, stop };
}

/**
 * Percentages are bounded. They and the counts of finished segments do not fall while the stage is the same. A stage that
 * counts nothing keeps the counts of the one before.
 */
function forward(before: Progress, next: Progress): Progress {
  const percent = Math.min(100, Math.max(0, Number.isFinite(next.percent) ? next.percent : 0));
  const { segments, plannedSegments } = next.segments === undefined ? before : next;
  const counts = {
    ...(segments === undefined ? {} : { segments }),
    ...(plannedSegments === undefined ? {} : { plannedSegments }),
  };
  if (before.stage !== next.stage) return { ...next, ...counts, percent };
  const { qualityPercent = before.qualityPercent } = next;
  return {
    ...next,
    ...counts,
    ...(segments === undefined ? {} : { segments: risen(before.segments, segments) }),
    ...(qualityPercent === undefined ? {} : { qualityPercent: risen(before.qualityPercent, qualityPercent) }),
    percent: Math.max(before.percent, percent),
  };
}

type PerQuality = NonNullable<Progress["segments"]>;

function risen(before: PerQuality = {}, next: PerQuality): PerQuality {
  const entries = Object.entries(next) as [keyof PerQuality, number][];
  return { ...before, ...Object.fromEntries(entries.map(([of, value]) => [of, Math.max(before[of] ?? 0, value)])) };
}
