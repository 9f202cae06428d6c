import { describe, expect, it } from "vitest";
import type { JobProgress } from "../job/transcode-job.ts";
import {
  type EncoderJobState,
  encodedFolder,
  encoderJobName,
  encoderStage,
  encoderStatus,
  type JobOfPart,
  readEncoderJobName,
} from "./encoder-job.ts";
import { encoderProgress } from "./encoder-progress.ts";

const JOB_ID = "01923456-789a-7bcd-8ef0-123456789abc";
const playing = { prefix: `episode-1/${JOB_ID}/enc/k1-c1/`, transcodeJobId: JOB_ID, keyVersion: 1 };

function jobOf(more: Partial<JobOfPart> = {}): JobOfPart {
  const times = { claimNo: 1, attempt: 1, maxAttempts: 5, finishedAt: null };
  return {
    jobId: JOB_ID,
    state: "RUNNING",
    stage: null,
    progress: null,
    failCode: null,
    failReason: null,
    ...times,
    ...more,
  };
}

function stateOf(more: Partial<EncoderJobState> = {}): EncoderJobState {
  return {
    ...{ jobId: JOB_ID, videoPostId: "post", fileId: "file", slug: "episode-1", title: "Episode 1", createdAt: 1 },
    ...{ resourceType: "VIDEO", callerId: "api-key:1", webhookUrl: null, metadata: {}, passthrough: null },
    isDeleted: false,
    postVersion: 1,
    part: { fileIndex: 0, durationSeconds: null, warnings: [], playing: null, variants: [], isReplaced: false },
    transcode: jobOf(),
    encrypt: null,
    ...more,
  };
}

const made = (quality: "1080p" | "720p", segmentCount: number) => ({
  ...{ quality, width: 1920, height: 1080, peakBandwidth: 1, averageBandwidth: 1, codecs: "avc1", frameRate: null },
  ...{ segmentCount, bytes: 1 },
});
const renditions = { ...stateOf().part, variants: [made("1080p", 10), made("720p", 10)] };

describe("the name of an encoder job", () => {
  it("is job- and the id of its first transcode job, and leads back to it", () => {
    expect(encoderJobName(JOB_ID)).toBe(`job-${JOB_ID}`);
    expect(readEncoderJobName(`job-${JOB_ID}`)).toBe(JOB_ID);
  });

  it.each([
    "",
    "job-",
    JOB_ID,
    `Job-${JOB_ID}`,
    `job-${JOB_ID.toUpperCase()}`,
    `job-${JOB_ID} `,
    "job-abc123",
    `job-job-${JOB_ID}`,
  ])("is not %j", (text) => {
    expect(readEncoderJobName(text)).toBeNull();
  });
});

describe("the status of an encoder job", () => {
  it.each<[string, Partial<EncoderJobState>, string, string | null]>([
    ["a queued transcode", { transcode: jobOf({ state: "QUEUED" }) }, "DOWNLOADING", "QUEUED"],
    [
      "one that waits for its next attempt",
      { transcode: jobOf({ state: "RETRY_WAIT", stage: "ENCODING" }) },
      "DOWNLOADING",
      "QUEUED",
    ],
    ["one that has just started", {}, "DOWNLOADING", "DOWNLOADING"],
    ["a download", { transcode: jobOf({ stage: "DOWNLOADING" }) }, "DOWNLOADING", "DOWNLOADING"],
    ["the reading of the source", { transcode: jobOf({ stage: "PROBING" }) }, "DOWNLOADING", "PROBING"],
    ["a conversion", { transcode: jobOf({ stage: "ENCODING" }) }, "ENCODING", "ENCODING"],
    ["uploads", { transcode: jobOf({ stage: "UPLOADING" }) }, "UPLOADING_TO_CLOUD_STORAGE", "UPLOADING"],
    [
      "the check of the renditions",
      { transcode: jobOf({ stage: "VERIFYING" }) },
      "UPLOADING_TO_CLOUD_STORAGE",
      "VERIFYING",
    ],
    [
      "a queued encryption",
      { transcode: jobOf({ state: "SUCCEEDED" }), encrypt: jobOf({ state: "QUEUED" }) },
      "UPLOADING_TO_CLOUD_STORAGE",
      "QUEUED",
    ],
    [
      "an encryption",
      { transcode: jobOf({ state: "SUCCEEDED" }), encrypt: jobOf() },
      "UPLOADING_TO_CLOUD_STORAGE",
      "ENCRYPTING",
    ],
    ["a failed transcode", { transcode: jobOf({ state: "FAILED" }) }, "FAILED", null],
    [
      "a failed encryption",
      { transcode: jobOf({ state: "SUCCEEDED" }), encrypt: jobOf({ state: "FAILED" }) },
      "FAILED",
      null,
    ],
    ["a cancelled transcode", { transcode: jobOf({ state: "CANCELLED" }) }, "CANCELLED", null],
    [
      "a cancelled encryption",
      { transcode: jobOf({ state: "SUCCEEDED" }), encrypt: jobOf({ state: "CANCELLED" }) },
      "CANCELLED",
      null,
    ],
    [
      "a part that plays",
      { part: { ...renditions, playing }, encrypt: jobOf({ state: "SUCCEEDED" }) },
      "COMPLETED",
      null,
    ],
  ])("of %s", (_, more, status, stage) => {
    const job = stateOf(more);
    expect([encoderStatus(job), encoderStage(job)]).toEqual([status, stage]);
  });

  it("follows a report that is newer than the database", () => {
    const live: JobProgress = { stage: "ENCODING", percent: 12.4 };
    expect(encoderProgress(stateOf(), live)).toMatchObject({
      status: "ENCODING",
      stage: "ENCODING",
      progressPercentage: 12,
    });
  });
});

describe("the progress of an encoder job", () => {
  const encoding = (progress: Partial<JobProgress>) =>
    encoderProgress(stateOf(), { stage: "ENCODING", percent: 45, ...progress });

  it("has no variant before the first segment is known", () => {
    expect(encoding({})).toMatchObject({
      ...{ currentVariant: null, variantProgressPercentage: null, completedSegments: 0, totalSegments: null },
    });
  });

  it("names the variant with the fewest finished segments, of several the highest", () => {
    const plannedSegments = { "1080p": 10, "720p": 10, "480p": 10 };
    expect(encoding({ segments: { "1080p": 5, "720p": 4, "480p": 5 }, plannedSegments })).toMatchObject({
      ...{ currentVariant: 1, variantProgressPercentage: 40, completedSegments: 14, totalSegments: 30 },
    });
    expect(encoding({ segments: { "1080p": 4, "720p": 4 }, plannedSegments })).toMatchObject({ currentVariant: 2 });
    expect(encoding({ segments: { "192k": 1, "96k": 1 } })).toMatchObject({
      ...{ currentVariant: 0, variantProgressPercentage: null, completedSegments: 2, totalSegments: null },
    });
  });

  it("counts the segments of an encryption against the renditions", () => {
    const job = stateOf({ part: renditions, transcode: jobOf({ state: "SUCCEEDED" }), encrypt: jobOf() });
    expect(
      encoderProgress(job, { stage: "ENCRYPTING", percent: 65, segments: { "1080p": 10, "720p": 3 } }),
    ).toMatchObject({
      ...{ status: "UPLOADING_TO_CLOUD_STORAGE", stage: "ENCRYPTING", completedSegments: 13, totalSegments: 20 },
      ...{ currentVariant: 1, variantProgressPercentage: 30 },
    });
  });

  it("is whole at the end, and stays what was reported last where the job failed", () => {
    const completed = stateOf({ part: { ...renditions, playing }, encrypt: jobOf({ state: "SUCCEEDED" }) });
    expect(encoderProgress(completed, null)).toMatchObject({
      ...{ progressPercentage: 100, completedSegments: 20, totalSegments: 20, currentVariant: null },
    });
    const progress: JobProgress = {
      stage: "ENCODING",
      percent: 33,
      segments: { "1080p": 2 },
      plannedSegments: { "1080p": 6 },
    };
    const failed = stateOf({ transcode: jobOf({ state: "FAILED", stage: "ENCODING", progress }) });
    expect(encoderProgress(failed, null)).toMatchObject({
      ...{ status: "FAILED", stage: null, progressPercentage: 33, completedSegments: 2, totalSegments: 6 },
    });
  });
});

describe("the progress of a job that waits", () => {
  it("is that of the next attempt, which begins again", () => {
    const progress: JobProgress = { stage: "ENCODING", percent: 63, segments: { "1080p": 6, "720p": 6 } };
    for (const state of ["QUEUED", "RETRY_WAIT"] as const) {
      const waiting = stateOf({ transcode: jobOf({ state, stage: "ENCODING", progress }) });
      expect(encoderProgress(waiting, null)).toMatchObject({
        ...{ status: "DOWNLOADING", stage: "QUEUED", progressPercentage: 0, currentVariant: null },
        ...{ variantProgressPercentage: null, completedSegments: 0, totalSegments: null },
      });
    }
  });

  it("keeps the total of an encryption, which is known", () => {
    const progress: JobProgress = { stage: "ENCRYPTING", percent: 65, segments: { "1080p": 10, "720p": 3 } };
    const encrypt = jobOf({ state: "RETRY_WAIT", stage: "ENCRYPTING", progress });
    const waiting = stateOf({ part: renditions, transcode: jobOf({ state: "SUCCEEDED" }), encrypt });
    expect(encoderProgress(waiting, null)).toMatchObject({
      ...{ status: "UPLOADING_TO_CLOUD_STORAGE", stage: "QUEUED", progressPercentage: 0 },
      ...{ completedSegments: 0, totalSegments: 20 },
    });
  });
});

describe("the folder of a result", () => {
  it("has the bare id of the transcode job, and none before the result plays", () => {
    expect(encodedFolder({ playing })).toBe(`episode-1/${JOB_ID}/`);
    expect(encodedFolder({ playing: null })).toBeNull();
  });
});
