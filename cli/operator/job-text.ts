import type { Job } from "../../client/index.ts";
import { textTable } from "../../processor/cli/text-table.ts";

/** One line a job. */
export function jobTable(jobs: readonly Job[], now: number): string {
  const columns = [
    { title: "JOB" },
    { title: "KIND" },
    { title: "POST" },
    { title: "PART", align: "right" },
    { title: "STATE" },
    { title: "STAGE" },
    { title: "DONE", align: "right" },
    { title: "ATTEMPT", align: "right" },
    { title: "AGE", align: "right" },
    { title: "WHY" },
  ] as const;
  return textTable(
    columns,
    jobs.map((job) => [
      job.jobId,
      job.kind,
      job.videoPostId,
      String(job.fileIndex ?? ""),
      job.state,
      job.state === "RUNNING" ? (job.stage ?? "") : "",
      percentOf(job),
      `${job.attempt}/${job.maxAttempts}`,
      span(now - job.createdAt),
      job.failReason ?? waitsFor(job),
    ]),
  );
}

/** Everything there is about one job, a line each. */
export function describeJob(job: Job, now: number): string {
  const at = (time: number | null) => {
    if (time === null) return "";
    return `${new Date(time).toISOString()} (${time > now ? `in ${span(time - now)}` : `${span(now - time)} ago`})`;
  };
  const { progress } = job;
  const lines: [string, string | number][] = [
    ["job", job.jobId],
    ["kind", job.kind],
    ["post", job.videoPostId],
    ["part", job.fileIndex ?? ""],
    ["state", job.state],
    ["reason", job.failReason ?? ""],
    ["attempt", `${job.attempt} of ${job.maxAttempts}, claim ${job.claimNo}`],
    ["stage", progress === null ? (job.stage ?? "") : `${progress.stage}, ${Math.floor(progress.percent)} %`],
    ["speed", speedOf(job)],
    ["left", progress?.etaSeconds === undefined ? "" : span(progress.etaSeconds * 1000)],
    ["holder", job.state === "RUNNING" ? (job.leaseOwner ?? "") : ""],
    ["lease until", at(job.leaseExpiresAt)],
    ["due", job.state === "QUEUED" || job.state === "RETRY_WAIT" ? at(job.runAfter) : ""],
    ["launch", launchOf(job)],
    ["container", job.launch?.platformId ?? ""],
    ["launch says", job.launch?.reason ?? ""],
    ["created", at(job.createdAt)],
    ["started", at(job.startedAt)],
    ["finished", at(job.finishedAt)],
  ];
  const shown = lines.filter(([, value]) => value !== "");
  return shown.map(([name, value]) => `${`${name}:`.padEnd(13)}${value}\n`).join("");
}

/** Why no container has claimed the job yet. */
function waitsFor({ state, launch }: Job): string {
  if (state !== "QUEUED" && state !== "RETRY_WAIT") return "";
  return launch?.reason ?? "";
}

/** A Worker of an earlier release sends no launch. */
function launchOf({ launch }: Job): string {
  if (launch === null || launch === undefined) return "";
  const where = launch.region === null ? launch.platform : `${launch.platform} in ${launch.region}`;
  const exit = launch.exitCode === null ? "" : `, exit ${launch.exitCode}`;
  return `${launch.state}, number ${launch.number}, on ${where}${exit}`;
}

function percentOf({ state, progress }: Job): string {
  return state === "RUNNING" && progress !== null ? `${Math.floor(progress.percent)} %` : "";
}

function speedOf({ progress }: Job): string {
  const parts = [
    progress?.speed === undefined ? "" : `${progress.speed.toFixed(2)} x real time`,
    progress?.fps === undefined ? "" : `${Math.round(progress.fps)} frames/s`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** The largest unit that fits, rounded down: people compare, they do not calculate. */
function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 120 * 60) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
