import type { DeleteObjectsMessage } from "../../../edge/queues/messages.ts";
import { createHttpJobService } from "../../../processor/adapters/http-job-service.ts";
import { createJobService } from "../../../shared/application/job-service/create-job-service.ts";
import { inProcessJobCredentials } from "../../../shared/application/job-service/job-credentials.ts";
import { vaultSecrets } from "../../../shared/application/job-service/vault-secrets.ts";
import type { Progress } from "../../../shared/application/protocols/job-protocol.ts";
import { STANDARD_JOB_RULES } from "../../../shared/domain/job/transcode-job.ts";
import { STANDARD_POLICY_RULE } from "../../../shared/domain/quality/quality-auth.ts";
import { describeJobService, type JobServiceTest } from "../../contract/job-service.ts";
import { NOW, vault } from "../../contract/steps.ts";
import { openEmptyPersistence } from "../support/empty-persistence.ts";
import { testEnv } from "../support/test-env.ts";
import { ORIGIN, startWorker } from "../support/worker.ts";

/** The service itself, without a Worker around it: as a processor with its own database runs it. */
async function openInProcess(): Promise<JobServiceTest> {
  const persistence = await openEmptyPersistence();
  let time = NOW;
  const now = () => time;
  const live = new Map<string, { readonly claimNo: number; readonly progress: Progress }>();
  const deleted: string[] = [];
  const pending: Promise<unknown>[] = [];
  const service = createJobService({
    ...persistence,
    secrets: vaultSecrets({ posts: persistence.posts, vault, policyRule: STANDARD_POLICY_RULE, now }),
    rules: STANDARD_JOB_RULES,
    keyGraceSeconds: 60,
    rekeyMaxInFlight: 4,
    credentials: inProcessJobCredentials(),
    now,
    random: () => 0.5,
    reportProgress: async ({ jobId, claimNo }, progress) => {
      if ((live.get(jobId)?.claimNo ?? 0) > claimNo) return false;
      live.set(jobId, { claimNo, progress });
      return true;
    },
    deleteObjects: async (prefixes) => void deleted.push(...prefixes),
    later: (_name, work) => void pending.push(work),
  });
  return {
    service,
    persistence,
    now,
    advance: (ms) => {
      time += ms;
    },
    settled: async () => {
      await Promise.all(pending.splice(0));
    },
    deleted: () => deleted,
    liveProgress: async ({ jobId, claimNo }) => {
      const latest = live.get(jobId);
      return latest?.claimNo === claimNo ? latest.progress : null;
    },
  };
}

/** The processor's HTTP client, before the Worker's router, in the same isolate. */
async function openOverHttp(): Promise<JobServiceTest> {
  const persistence = await openEmptyPersistence();
  const deleted: string[] = [];
  const record = async (messages: Iterable<{ readonly body: DeleteObjectsMessage }>) => {
    for (const { body } of messages) if (!deleted.includes(body.prefix)) deleted.push(body.prefix);
  };
  const worker = startWorker({ DELETE_OBJECTS: { ...testEnv.DELETE_OBJECTS, sendBatch: record } as never });
  const service = createHttpJobService({
    serviceUrl: ORIGIN,
    processorToken: testEnv.PROCESSOR_TOKEN as string,
    sleep: async () => {},
    fetch: (request) => worker.fetch(request.url.slice(ORIGIN.length), request as RequestInit),
  });
  return {
    service,
    persistence,
    now: worker.context.now,
    advance: worker.advance,
    settled: worker.settled,
    deleted: () => deleted,
    liveProgress: async ({ jobId, claimNo }) => {
      const job = await persistence.jobs.find(jobId);
      return job === null ? null : testEnv.JOB_EVENTS.getByName(job.fileId).latest({ jobId, claimNo });
    },
  };
}

describeJobService("In process", openInProcess);
describeJobService("Over HTTP", openOverHttp);
