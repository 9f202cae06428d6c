import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Progress } from "../../../shared/application/protocols/job-protocol.ts";
import { createProgressReporter } from "./progress-reporter.ts";

function reporter(intervalMs: number, send?: (progress: Progress) => Promise<void>) {
  const sent: Progress[] = [];
  const stages: string[] = [];
  const progress = createProgressReporter({
    first: { stage: "DOWNLOADING", percent: 0 },
    send: async (latest) => {
      sent.push(latest);
      await send?.(latest);
    },
    onStage: ({ stage }) => stages.push(stage),
    intervalMs,
  });
  return { ...progress, sent, stages };
}

describe("progress", () => {
  it("is sent at once, then bundled: at most one for each interval, the newest", async () => {
    const { report, sent, stop } = reporter(40);
    for (let percent = 1; percent <= 10; percent += 1) report({ stage: "ENCODING", percent });
    await delay(100);
    await stop();
    expect(sent.map(({ percent }) => percent)).toEqual([1, 10]);
  });

  it("is sent to its end before it stops, and a second stop sends nothing", async () => {
    const { report, sent, stop } = reporter(10_000);
    await stop();
    expect(sent).toEqual([]);
    const second = reporter(10_000);
    second.report({ stage: "ENCODING", percent: 1 });
    second.report({ stage: "UPLOADING", percent: 100 });
    await second.stop();
    await second.stop();
    expect(second.sent.map(({ stage, percent }) => [stage, percent])).toEqual([
      ["ENCODING", 1],
      ["UPLOADING", 100],
    ]);
    report({ stage: "ENCODING", percent: 1 });
    expect(sent).toEqual([]);
  });

  it("never falls within a stage, and starts again with the next", async () => {
    const { report, latest, stages, stop } = reporter(1000);
    report({ stage: "ENCODING", percent: 50 });
    report({ stage: "ENCODING", percent: 20 });
    expect(latest()).toEqual({ stage: "ENCODING", percent: 50 });
    report({ stage: "VERIFYING", percent: 5 });
    expect(latest()).toEqual({ stage: "VERIFYING", percent: 5 });
    expect(stages).toEqual(["ENCODING", "VERIFYING"]);
    await stop();
  });

  it("keeps what each quality has finished within a stage, and the counts through a stage without any", async () => {
    const { report, latest, stop } = reporter(1000);
    const counts = (made: number, percent: number) => ({
      segments: { "720p": made },
      plannedSegments: { "720p": 4 },
      qualityPercent: { "720p": percent },
    });
    report({ stage: "ENCODING", percent: 50, ...counts(2, 60) });
    report({ stage: "ENCODING", percent: 60, ...counts(1, 40) });
    expect(latest()).toEqual({ stage: "ENCODING", percent: 60, ...counts(2, 60) });
    report({ stage: "UPLOADING", percent: 0, ...counts(1, 0) });
    expect(latest()).toEqual({ stage: "UPLOADING", percent: 0, ...counts(1, 0) });
    report({ stage: "VERIFYING", percent: 10 });
    const { segments, plannedSegments } = counts(1, 0);
    expect(latest()).toEqual({ stage: "VERIFYING", percent: 10, segments, plannedSegments });
    await stop();
  });

  it("stays between 0 and 100 whatever is reported", async () => {
    const { report, latest, stop } = reporter(1000);
    report({ stage: "ENCODING", percent: Number.NaN });
    expect(latest().percent).toBe(0);
    report({ stage: "ENCODING", percent: 130 });
    expect(latest().percent).toBe(100);
    await stop();
  });

  it("waits for one to be answered before it sends the next, and sends nothing once it is stopped", async () => {
    let open = 0;
    let most = 0;
    const slow = async () => {
      open += 1;
      most = Math.max(most, open);
      await delay(30);
      open -= 1;
    };
    const { report, sent, stop } = reporter(1, slow);
    for (let percent = 1; percent <= 5; percent += 1) {
      report({ stage: "ENCODING", percent });
      await delay(10);
    }
    await stop();
    const after = sent.length;
    report({ stage: "ENCODING", percent: 99 });
    await delay(50);
    expect(most).toBe(1);
    expect(open).toBe(0);
    expect(sent.length).toBe(after);
  });
});
