import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { WorkOrder } from "../../shared/application/protocols/job-protocol.ts";
import type { JobStage } from "../../shared/domain/job/transcode-job.ts";
import type { Traffic } from "../adapters/traffic.ts";
import { FIRST_STAGE, type JobObserver } from "../jobs/loop/run-claimed-job.ts";
import type { DatabaseState } from "./health.ts";

export type Metrics = {
  readonly observer: JobObserver;
  readonly traffic: Traffic;
  /** In Prometheus' text format. */
  text(): Promise<string>;
};

const JOB_SECONDS = [1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14_400, 43_200];
const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32];

/** What docs/operating.md lists under "Metrics". No label can take more than a handful of values: job ids are for logs. */
export function createMetrics(database: (() => DatabaseState) | null = null): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const jobs = new Counter({
    ...{ name: "ladderlock_jobs_total", help: "Jobs that came to an end here.", registers },
    labelNames: ["kind", "outcome"],
  });
  const running = new Gauge({
    ...{ name: "ladderlock_jobs_running", help: "Jobs that are worked on.", registers },
    labelNames: ["kind", "stage"],
  });
  const seconds = new Histogram({
    ...{ name: "ladderlock_job_duration_seconds", help: "From the claim to the end.", registers },
    labelNames: ["kind", "outcome"],
    buckets: JOB_SECONDS,
  });
  const retries = new Counter({
    ...{ name: "ladderlock_job_retries_total", help: "Claims of jobs that had been tried before.", registers },
    labelNames: ["kind"],
  });
  const leaseLosses = new Counter({
    ...{ name: "ladderlock_lease_losses_total", help: "Jobs that were given to another meanwhile.", registers },
    labelNames: ["kind"],
  });
  const bytes = new Counter({
    ...{ name: "ladderlock_bytes_total", help: "Bytes of sources and objects.", registers },
    labelNames: ["direction"],
  });
  const speed = new Gauge({
    ...{ name: "ladderlock_ffmpeg_speed_ratio", help: "Media time by wall time, as ffmpeg last said.", registers },
  });
  const encodeSpeed = new Histogram({
    ...{ name: "ladderlock_encode_speed_ratio", help: "The same of whole encodings, at their end.", registers },
    buckets: SPEEDS,
  });
  const lastClaim = new Gauge({
    ...{ name: "ladderlock_last_claim_timestamp_seconds", help: "Time of the last request for work.", registers },
  });
  if (database !== null) showDatabase(registers, database);

  type Seen = { stage: JobStage; speed: number | null };
  const seen = new Map<WorkOrder, Seen>();
  const observer: JobObserver = {
    claiming: () => lastClaim.setToCurrentTime(),
    claimed: (order) => {
      const { kind, attempt } = order;
      seen.set(order, { stage: FIRST_STAGE[kind], speed: null });
      running.inc({ kind, stage: FIRST_STAGE[kind] });
      if (attempt > 1) retries.inc({ kind });
    },
    reported: (order, progress) => {
      const before = seen.get(order);
      if (before === undefined) return;
      if (progress.speed !== undefined) speed.set(progress.speed);
      if (progress.stage !== before.stage) {
        running.dec({ kind: order.kind, stage: before.stage });
        running.inc({ kind: order.kind, stage: progress.stage });
      }
      seen.set(order, { stage: progress.stage, speed: progress.speed ?? before.speed });
    },
    ended: (order, outcome, duration) => {
      const { kind } = order;
      const last = seen.get(order);
      seen.delete(order);
      if (last !== undefined) running.dec({ kind, stage: last.stage });
      if (last?.speed) encodeSpeed.observe(last.speed);
      if (outcome === "lease-lost") leaseLosses.inc({ kind });
      jobs.inc({ kind, outcome });
      seconds.observe({ kind, outcome }, duration);
    },
  };
  const traffic: Traffic = {
    received: (count) => bytes.inc({ direction: "in" }, count),
    sent: (count) => bytes.inc({ direction: "out" }, count),
  };
  return { observer, traffic, text: () => registry.metrics() };
}

/** Only where jobs are claimed in a database. */
function showDatabase(registers: Registry[], database: () => DatabaseState): void {
  new Gauge({
    ...{ name: "ladderlock_database_listening", help: "1 while the database notifies this process.", registers },
    collect() {
      this.set(database().listener === "listening" ? 1 : 0);
    },
  });
}

/** One observer that forwards to several. */
export function combineObservers(...observers: readonly JobObserver[]): JobObserver {
  return {
    claiming: () => observers.forEach((each) => void each.claiming()),
    claimed: (order) => observers.forEach((each) => void each.claimed(order)),
    reported: (order, progress) => observers.forEach((each) => void each.reported(order, progress)),
    ended: (order, end, seconds) => observers.forEach((each) => void each.ended(order, end, seconds)),
  };
}
