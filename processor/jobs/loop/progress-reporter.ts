import type { Progress } from "../../../shared/application/protocols/job-protocol.ts";

/** Progress as it is sent: at most so often, one at a time, and never backwards within a stage. */
export type ProgressReporter = {
  readonly report: (progress: Progress) => void;
  /** What heartbeats carry: the newest that was reported. */
  readonly latest: () => Progress;
  /** Resolves when nothing is being sent; nothing is sent afterwards. */
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
  let sent: Progress | null = null;
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
  };
  return { report, latest: () => latest, stop };
}

/** Percent is bounded, and does not fall while the stage is the same. */
function forward(before: Progress, next: Progress): Progress {
  const percent = Math.min(100, Math.max(0, Number.isFinite(next.percent) ? next.percent : 0));
  if (before.stage !== next.stage) return { ...next, percent };
  return { ...next, percent: Math.max(before.percent, percent) };
}
