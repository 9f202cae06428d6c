import * as z from "zod";
import type { AwsBatch } from "../../settings/launchers/aws-batch-settings.ts";
import type { LaunchAnswer, LaunchedRun, Launcher } from "../launcher.ts";
import { type BatchOperation, type Fetch, requestBatch } from "./batch-request.ts";
import { MOST_DESCRIBED, runsIn } from "./describe-jobs.ts";
import { prepareSubmitJob } from "./submit-job.ts";

type Surroundings = { readonly fetch: Fetch; readonly now: () => number };

const submittedSchema = z.object({ jobId: z.string().min(1) });

const LONGEST_REASON = 1024;

/** Containers of AWS Batch. A run is named by its region and by the id that Batch gave it: `eu-central-1/1f0c...`. */
export function awsBatch(settings: AwsBatch, surroundings: Surroundings): Launcher {
  const call = { ...settings, ...surroundings };
  const request = (region: string, operation: BatchOperation, input: unknown, signal: AbortSignal) =>
    requestBatch(call, region, operation, input, signal);

  async function describe(platformIds: readonly string[], signal: AbortSignal): Promise<LaunchedRun[]> {
    const runs: LaunchedRun[] = [];
    for (const [region, among] of Map.groupBy(platformIds, (id) => locationOf(id).region)) {
      for (let start = 0; start < among.length; start += MOST_DESCRIBED) {
        const jobs = among.slice(start, start + MOST_DESCRIBED).map((id) => locationOf(id).batchJobId);
        const reply = await request(region, "DescribeJobs", { jobs }, signal);
        if (reply.kind === "refused") throw new Error(`AWS Batch refuses DescribeJobs: ${reply.error.message}`);
        runs.push(...runsIn(reply.body, (batchJobId) => `${region}/${batchJobId}`));
      }
    }
    return runs;
  }

  return {
    describe,

    async launch(order, signal): Promise<LaunchAnswer> {
      const prepared = prepareSubmitJob(settings, order);
      if (prepared.kind === "impossible") return misconfigured(prepared.reason);
      const reply = await request(prepared.region, "SubmitJob", prepared.input, signal);
      if (reply.kind === "answered")
        return { kind: "launched", platformId: `${prepared.region}/${submittedSchema.parse(reply.body).jobId}` };
      const { isThrottling, message, retryAfterSeconds } = reply.error;
      if (isThrottling) return { kind: "refused", cause: "throttled", reason: message, retryAfterSeconds };
      return misconfigured(message);
    },

    /** Batch may refuse to terminate a job that has ended or that it has forgotten, so its state decides. */
    async stop(platformId, reason, signal): Promise<void> {
      const { region, batchJobId } = locationOf(platformId);
      const input = { jobId: batchJobId, reason: reason.slice(0, LONGEST_REASON) };
      const reply = await request(region, "TerminateJob", input, signal);
      if (reply.kind === "answered") return;
      const { isThrottling, message } = reply.error;
      const run = isThrottling ? undefined : (await describe([platformId], signal))[0];
      if (isThrottling || (run !== undefined && run.state !== "ended"))
        throw new Error(`AWS Batch refuses TerminateJob: ${message}`);
    },
  };
}

function misconfigured(reason: string): LaunchAnswer {
  return { kind: "refused", cause: "misconfigured", reason, retryAfterSeconds: null };
}

function locationOf(platformId: string): { region: string; batchJobId: string } {
  const [region = "", batchJobId = ""] = platformId.split("/");
  if (region === "" || batchJobId === "") throw new Error(`"${platformId}" is no run of AWS Batch`);
  return { region, batchJobId };
}
