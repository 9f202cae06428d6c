import type { TranscodeJob } from "../../domain/job/transcode-job.ts";
import { type Caption, canonicalLanguage } from "../../domain/part/caption.ts";
import { encryptedPrefix, sourceCaptionKey } from "../../domain/part/object-keys.ts";
import { secretId, uuidV7 } from "../../lib/random-id.ts";
import { applyVideoPostEncryptResult, applyVideoPostTranscodeResult } from "../commands/apply-video-post-results.ts";
import type { CommandOutcome } from "../decide-and-save.ts";
import type {
  EncryptReport,
  FoundCaption,
  HeldJob,
  TranscodeReply,
  TranscodeReport,
} from "../protocols/job-protocol.ts";
import type { JobServiceDeps } from "./deps.ts";
import { continueRotationLater } from "./follow-up.ts";
import { fenceOf, type Holder, identifyHolder } from "./identify.ts";
import { done, type JobOutcome, refusedCall } from "./job-service.ts";
import { leaseLost, refusalOf } from "./refusals.ts";

export async function recordTranscode(
  deps: JobServiceDeps,
  held: HeldJob,
  { followsUp = false, ...report }: TranscodeReport,
): Promise<JobOutcome<TranscodeReply>> {
  const identified = await identifyHolder(deps, held);
  if (identified.kind === "refused") return identified;
  const { holder } = identified;
  const { job, clearPrefix: prefix } = holder;
  if (job.kind !== "TRANSCODE") return refusedCall("wrong-state", "this is an encrypt job");
  const now = deps.now();
  const { followUpMs } = deps.rules;
  const launchAfter = followsUp && followUpMs !== null ? now + followUpMs : undefined;
  const made = { transcodeJobId: job.jobId, prefix, encryptJobId: uuidV7(now), launchAfter };
  const captions = report.captions?.map((found) => sourceCaption(found, prefix, now));
  const result = { ...report, ...made, captions, kind: "done" } as const;
  const outcome = await applyVideoPostTranscodeResult(deps.posts, targetOf(holder), result, now);
  const finish = await finished(deps, holder, outcome);
  if (finish.kind === "refused") return finish;
  return done({ encryptJobId: outcome.kind === "done" ? made.encryptJobId : await waitingEncryptJob(deps, job) });
}

function sourceCaption({ track, ...found }: FoundCaption, clearPrefix: string, now: number): Caption {
  return {
    ...found,
    captionId: uuidV7(now),
    textId: secretId(),
    objectKey: sourceCaptionKey(clearPrefix, track),
    origin: "SOURCE",
    language: canonicalLanguage(found.language) ?? "und",
    createdAt: now,
    textChangedAt: now,
  };
}

export async function recordEncrypt(deps: JobServiceDeps, held: HeldJob, report: EncryptReport): Promise<JobOutcome> {
  const identified = await identifyHolder(deps, held);
  if (identified.kind === "refused") return identified;
  const { holder } = identified;
  const { job, clearPrefix } = holder;
  if (job.kind !== "ENCRYPT") return refusedCall("wrong-state", "this is a transcode job");
  const now = deps.now();
  const prefix = encryptedPrefix(clearPrefix, report.keyVersion, job.claimNo);
  const retireAt = now + (await graceSecondsOf(deps, job.fileId)) * 1000;
  const result = { ...report, kind: "done", jobId: job.jobId, clearPrefix, prefix, retireAt } as const;
  return finished(deps, holder, await applyVideoPostEncryptResult(deps.posts, targetOf(holder), result, now));
}

/** How long the keys that this encryption replaces are served. */
async function graceSecondsOf({ rotationSteps, keyGraceSeconds }: JobServiceDeps, fileId: string): Promise<number> {
  const rotation = await rotationSteps.findByRotatingPart(fileId);
  return rotation?.graceSeconds ?? keyGraceSeconds;
}

/** More unfinished encrypt jobs than this are not searched: the scan finds the job. */
const SEARCHED_JOBS = 100;

/** The one that the first of several equal results created, while nobody has claimed it. */
async function waitingEncryptJob({ jobs }: JobServiceDeps, { videoPostId, fileId }: TranscodeJob) {
  const waiting = await jobs.list({ videoPostId, kind: "ENCRYPT", state: "QUEUED", limit: SEARCHED_JOBS });
  return waiting.find((job) => job.fileId === fileId)?.jobId ?? null;
}

function targetOf(holder: Holder) {
  return { videoPostId: holder.job.videoPostId, fileId: holder.job.fileId, fence: fenceOf(holder) };
}

/** A job that ended in success under this lease has its result: the response to an earlier call was lost. */
async function finished(deps: JobServiceDeps, holder: Holder, outcome: CommandOutcome): Promise<JobOutcome> {
  if (outcome.kind !== "done") {
    // A refusal because the job was lost comes before all that follows from it.
    const job = await deps.jobs.findByLease(holder.jobId, holder.leaseToken);
    if (job?.state === "RUNNING") return refusalOf(outcome);
    if (job?.state !== "SUCCEEDED") return leaseLost(deps, holder);
  }
  continueRotationLater(deps, holder.job);
  return done();
}
