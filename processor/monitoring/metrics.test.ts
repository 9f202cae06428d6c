import { describe, expect, it } from "vitest";
import { transcodeOrder } from "../jobs/loop/job-service.fixture.ts";
import { combineObservers, createMetrics } from "./metrics.ts";

const ENCRYPT = { ...transcodeOrder("j2"), kind: "ENCRYPT", attempt: 2 } as never;

/** The lines of our own metrics that are not zero, without their help. */
async function lines(metrics: ReturnType<typeof createMetrics>, of: RegExp): Promise<string[]> {
  const all = (await metrics.text()).split("\n");
  return all.filter((line) => line.startsWith("ladderlock_") && of.test(line) && !line.endsWith(" 0"));
}

describe("the metrics", () => {
  it("count jobs by their outcome, with their length", async () => {
    const metrics = createMetrics();
    const order = transcodeOrder("j1");
    metrics.observer.claimed(order);
    metrics.observer.ended(order, "recorded", 42);
    metrics.observer.claimed(order);
    metrics.observer.ended(order, "lease-lost", 7);
    expect(await lines(metrics, /jobs_total|lease_losses|duration_seconds_(sum|count)|le="60"/)).toEqual([
      'ladderlock_jobs_total{kind="TRANSCODE",outcome="recorded"} 1',
      'ladderlock_jobs_total{kind="TRANSCODE",outcome="lease-lost"} 1',
      'ladderlock_job_duration_seconds_bucket{le="60",kind="TRANSCODE",outcome="recorded"} 1',
      'ladderlock_job_duration_seconds_sum{kind="TRANSCODE",outcome="recorded"} 42',
      'ladderlock_job_duration_seconds_count{kind="TRANSCODE",outcome="recorded"} 1',
      'ladderlock_job_duration_seconds_bucket{le="60",kind="TRANSCODE",outcome="lease-lost"} 1',
      'ladderlock_job_duration_seconds_sum{kind="TRANSCODE",outcome="lease-lost"} 7',
      'ladderlock_job_duration_seconds_count{kind="TRANSCODE",outcome="lease-lost"} 1',
      'ladderlock_lease_losses_total{kind="TRANSCODE"} 1',
    ]);
  });

  it("show running jobs at the stage where they are, and no longer when they have ended", async () => {
    const metrics = createMetrics();
    const order = transcodeOrder("j1");
    metrics.observer.claimed(order);
    metrics.observer.claimed(ENCRYPT);
    expect(await lines(metrics, /jobs_running|retries/)).toEqual([
      'ladderlock_jobs_running{kind="TRANSCODE",stage="DOWNLOADING"} 1',
      'ladderlock_jobs_running{kind="ENCRYPT",stage="ENCRYPTING"} 1',
      'ladderlock_job_retries_total{kind="ENCRYPT"} 1',
    ]);
    metrics.observer.reported(order, { stage: "ENCODING", percent: 1, speed: 2.5 });
    metrics.observer.reported(order, { stage: "UPLOADING", percent: 1 });
    metrics.observer.ended(ENCRYPT, "recorded", 1);
    expect(await lines(metrics, /jobs_running|speed_ratio(_sum)?( |\{)/)).toEqual([
      'ladderlock_jobs_running{kind="TRANSCODE",stage="UPLOADING"} 1',
      "ladderlock_ffmpeg_speed_ratio 2.5",
    ]);
    metrics.observer.ended(order, "recorded", 1);
    metrics.observer.reported(order, { stage: "ENCODING", percent: 2 });
    expect(await lines(metrics, /jobs_running/)).toEqual([]);
    expect(await lines(metrics, /encode_speed_ratio_sum/)).toEqual(["ladderlock_encode_speed_ratio_sum 2.5"]);
  });

  it("count bytes in both directions", async () => {
    const metrics = createMetrics();
    metrics.traffic.received(100);
    metrics.traffic.sent(30);
    metrics.traffic.sent(20);
    expect(await lines(metrics, /bytes/)).toEqual([
      'ladderlock_bytes_total{direction="in"} 100',
      'ladderlock_bytes_total{direction="out"} 50',
    ]);
  });

  it("belong to this process alone, and describe it too", async () => {
    const [first, second] = [createMetrics(), createMetrics()];
    combineObservers(first.observer, first.observer).claiming();
    expect(await lines(first, /last_claim/)).toHaveLength(1);
    expect(await lines(second, /last_claim/)).toEqual([]);
    expect(await first.text()).toMatch(/^process_resident_memory_bytes \d+$/m);
  });
});
