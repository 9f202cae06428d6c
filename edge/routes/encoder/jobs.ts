import { createEncoderJob } from "../../../shared/application/commands/create-encoder-job.ts";
import { type EncoderJob, encoderJobName } from "../../../shared/domain/encoder/encoder-job.ts";
import { webhookAddressProblem } from "../../../shared/domain/webhooks/webhook-address.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/encoder/encoder.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { jobAddresses, jobView } from "../../encoder/job-view.ts";
import { liveProgress } from "../../encoder/live-progress.ts";
import type { UrlIssuing } from "../../encoder/playback/playback-urls.ts";
import { domainRefusal } from "../../http/command-refusal.ts";
import { refused } from "../../http/refusal.ts";
import { resolveSources } from "../posts/resolve-sources.ts";
import { fileNameOf } from "./file-name-of.ts";
import { findEncoderJob } from "./find-encoder-job.ts";

type Deps = Pick<
  Context,
  "posts" | "uploads" | "encoderJobs" | "webhookEndpoints" | "vault" | "settings" | "env" | "now"
> &
  UrlIssuing;

/** `/api/v2/m3u8-encoder`: from a URL to something that plays. */
export const encoderJobRoutes: readonly Route<Deps>[] = [
  route(define.createEncoderJob, {
    asked: ({ body: { title, resourceType, access, webhookUrl } }) => ({
      details: { title, resourceType, access, ...hostOf(webhookUrl) },
    }),
    handle: async (deps: Deps, { body: { url, uploadId, access, ...body }, caller }) => {
      const now = deps.now();
      const { webhookUrl, title } = body;
      const unfit = webhookUrl === null ? null : await webhookRefusal(deps, webhookUrl);
      if (unfit !== null) return unfit;
      const source = {
        ...(uploadId === undefined ? { sourceUrl: url } : { uploadId }),
        fileName: fileNameOf(url, title),
      };
      const resolved = await resolveSources(deps.uploads, [source], caller.id, now, "uploadId");
      if (resolved.kind === "refused") return domainRefusal(resolved.refusal);
      const [part] = resolved.files;
      if (part === undefined) throw new Error("a source was neither resolved nor refused");
      const input = { ...body, by: caller.id, access: access === "policy" ? "POLICY" : "PUBLIC", part } as const;
      const outcome = await createEncoderJob(deps, input, now);
      return outcome.kind === "refused" ? domainRefusal(outcome.refusal) : accepted(outcome.job);
    },
    ofSave: ({ encoderJob }) => {
      if (encoderJob === undefined) throw new Error("the save of an encoder job has none");
      return accepted(encoderJob);
    },
  }),

  route(define.getEncoderStatus, {
    handle: async (deps: Deps, { params }) => {
      const found = await findEncoderJob(deps, params.jobId);
      if (found.kind === "refused") return found;
      const view = await jobView(null, found.job, await liveProgress(deps.env, found.job));
      return answer(200, define.encoderStatusSchema.parse(view));
    },
  }),

  route(define.getEncoderJob, {
    handle: async (deps: Deps, { params }) => {
      const found = await findEncoderJob(deps, params.jobId);
      if (found.kind === "refused") return found;
      return answer(200, await jobView(deps, found.job, await liveProgress(deps.env, found.job)));
    },
  }),
];

const NO_SECRET =
  "webhookUrl: there is no secret that signs; create it once with POST /api/v2/m3u8-encoder/webhook-secret";

async function webhookRefusal({ webhookEndpoints, settings }: Deps, webhookUrl: string) {
  const problem = webhookAddressProblem(webhookUrl, settings.WEBHOOK_ADDRESSES);
  if (problem !== null) return refused("invalid", `webhookUrl: ${problem}`);
  return (await webhookEndpoints.hasJobSecret()) ? null : refused("wrong-state", NO_SECRET);
}

function accepted({ jobId, slug, title, videoPostId }: EncoderJob) {
  const name = encoderJobName(jobId);
  const addresses = jobAddresses(jobId);
  return answer(
    201,
    { status: "accepted", jobId: name, slug, title, jobStatus: "DOWNLOADING", ...addresses } as const,
    { videoPostId, details: { jobId: name } },
  );
}

function hostOf(webhookUrl: string | null) {
  return webhookUrl !== null && URL.canParse(webhookUrl) ? { webhookHost: new URL(webhookUrl).host } : {};
}
