import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { basename } from "node:path";
import type { AcceptedEncoderJob, EncoderJob, Operations } from "../../client/index.ts";
import { type OperatorClient, OperatorUnreachable } from "../../processor/adapters/operator-client.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import { createProgressDisplay, type ProgressDisplay, type Terminal } from "../../processor/cli/progress-display.ts";
import type { Environment, OperatorConfig } from "../../processor/config/config.ts";
import { reportOperatorErrors } from "../operator/report-operator-errors.ts";
import { describeFileName } from "./describe-file-name.ts";
import { type FollowDeps, followJob, type JobProgress } from "./follow-job.ts";
import { uploadFile } from "./upload-file.ts";
import { uploadRecords } from "./upload-records.ts";
import { addressesOf } from "./video-addresses.ts";

type Request = Operations["createEncoderJob"]["input"]["body"];

export type EncodeOptions = Pick<Request, "access" | "passthrough" | "metadata" | "webhookUrl"> & {
  /** An http(s) address, or a file of this machine. */
  readonly source: string;
  readonly title: string | undefined;
  readonly resourceType: Request["resourceType"] | undefined;
  readonly wait: boolean;
  readonly json: boolean;
};

export type EncodeDeps = Pick<FollowDeps, "fetch" | "sleep" | "signal"> & {
  readonly client: Pick<OperatorClient, "createEncoderJob" | "getEncoderJob">;
  readonly config: OperatorConfig;
  readonly environment: Environment;
  readonly now: () => number;
};

export type EncodeOutput = Output & { readonly progress: Terminal };

/** `ladderlock encode`: resolves to the exit code. */
export function encode(options: EncodeOptions, deps: EncodeDeps, output: EncodeOutput): Promise<number> {
  const display = createProgressDisplay(output.progress);
  return reportOperatorErrors(async () => {
    const problem = problemOf(options.source);
    if (problem !== null) {
      output.err(`${problem}\n`);
      return EXIT.badInput;
    }
    let accepted: AcceptedEncoderJob | null = null;
    try {
      accepted = await submit(options, deps, display);
      return await finish(accepted, options, deps, { ...output, display });
    } catch (error) {
      display.end("as-it-is");
      if (!deps.signal.aborted) throw error;
      output.err(stoppedText(accepted));
      return EXIT.tryLater;
    }
  }, output.err);
}

function stoppedText(accepted: AcceptedEncoderJob | null): string {
  if (accepted === null) return "Stopped. Run the command again: an upload resumes where it was cut off.\n";
  return `Stopped watching. The job continues: ladderlock jobs show ${accepted.jobId}\n`;
}

const isUrl = (source: string) => /^https?:\/\//i.test(source);

function problemOf(source: string): string | null {
  if (isUrl(source)) return URL.canParse(source) ? null : `${source} is not an address.`;
  const stats = statSync(source, { throwIfNoEntry: false });
  if (stats === undefined) return `There is no file ${source}. An address begins with http:// or https://.`;
  if (!stats.isFile()) return `${source} is not a file.`;
  return stats.size === 0 ? `${source} is empty.` : null;
}

async function submit(options: EncodeOptions, deps: EncodeDeps, display: ProgressDisplay): Promise<AcceptedEncoderJob> {
  const { source, title, resourceType, access, passthrough, metadata, webhookUrl } = options;
  const described = describeFileName(isUrl(source) ? nameIn(source) : basename(source));
  const rest = { access, passthrough, metadata, webhookUrl };
  const about = { title: title ?? described.title, resourceType: resourceType ?? described.resourceType, ...rest };
  if (isUrl(source)) return create({ ...about, url: source }, deps);
  const records = uploadRecords(source, deps.config.serviceUrl, deps.environment, deps.now());
  const uploadId = await upload(source, records, deps, display);
  const accepted = await create({ ...about, uploadId }, deps);
  records.forget();
  return accepted;
}

async function upload(
  path: string,
  records: ReturnType<typeof uploadRecords>,
  { config, signal }: EncodeDeps,
  display: ProgressDisplay,
): Promise<string> {
  const earlier = records.find();
  const { size } = statSync(path);
  let begun = "";
  const uploadId = await uploadFile(
    { origin: config.serviceUrl, authorization: `Bearer ${config.adminApiKey}` },
    {
      ...{ path, size, previousId: earlier?.uploadId ?? null, signal },
      onBegun: (id) => {
        begun = id;
        const stored = id === earlier?.uploadId ? earlier.storedBytes : 0;
        if (stored > 0) display.line(`  resuming an upload at ${Math.floor((100 * stored) / size)} %`);
        records.keep(id, stored);
      },
      onStored: (bytes) => records.keep(begun, bytes),
      onProgress: (sent, total) => display.show("uploading", (100 * sent) / total, ""),
    },
  );
  display.end("complete");
  return uploadId;
}

const CREATE_TRIES = 5;
const CREATE_AGAIN_MS = 2000;

/** The key makes repeats harmless: a request whose answer was lost has created its job. */
async function create(body: Request, { client, sleep, signal }: EncodeDeps): Promise<AcceptedEncoderJob> {
  const idempotencyKey = randomUUID();
  for (let tried = 1; ; tried++) {
    try {
      return await client.createEncoderJob({ body }, { idempotencyKey, signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof OperatorUnreachable) || tried >= CREATE_TRIES) throw error;
    }
    await sleep(CREATE_AGAIN_MS, signal);
  }
}

async function finish(
  accepted: AcceptedEncoderJob,
  { wait, json }: EncodeOptions,
  deps: EncodeDeps,
  { out, err, display }: Output & { readonly display: ProgressDisplay },
): Promise<number> {
  if (!wait) {
    out(json ? `${JSON.stringify(accepted)}\n` : `${accepted.jobId}\n`);
    return EXIT.ok;
  }
  display.line(`  job ${accepted.jobId}`);
  const { serviceUrl, adminApiKey } = deps.config;
  const onProgress = (progress: JobProgress) => show(progress, display);
  const job = await followJob(accepted.jobId, { ...deps, serviceUrl, apiKey: adminApiKey, onProgress });
  display.end(job.status === "COMPLETED" ? "complete" : "as-it-is");
  const { watchUrl, playbackUrl } = addressesOf(job, serviceUrl);
  if (json) out(`${JSON.stringify(job)}\n`);
  else if (job.status === "COMPLETED") out(`Watch ${watchUrl}\nPlay  ${playbackUrl}\n`);
  for (const warning of job.warnings) err(`Warning: ${warning}\n`);
  return endOf(job, err);
}

function endOf({ jobId, status, failure }: EncoderJob, err: Output["err"]): number {
  if (status === "COMPLETED") return EXIT.ok;
  if (status === "CANCELLED") {
    err(`The job was cancelled. To run it again: ladderlock retry ${jobId}\n`);
    return EXIT.failed;
  }
  err(`The job failed (${failure?.code}): ${failure?.message}\n`);
  return EXIT.badInput;
}

function show(
  { stage, status, progressPercentage, completedSegments, totalSegments }: JobProgress,
  display: ProgressDisplay,
) {
  const name = (stage ?? status).toLowerCase();
  if (name === "queued") return display.show("queued", null, "waiting for a processor");
  const segments =
    totalSegments === null || totalSegments === 0 ? "" : `${completedSegments} of ${totalSegments} segments`;
  display.show(name, progressPercentage, segments);
}

function nameIn(url: string): string {
  const { pathname, hostname } = new URL(url);
  const last = pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last) || hostname;
  } catch {
    return last;
  }
}
