import {
  createJobService,
  type InProcessJobService,
} from "../../../shared/application/job-service/create-job-service.ts";
import { inProcessJobCredentials } from "../../../shared/application/job-service/job-credentials.ts";
import type { JobService } from "../../../shared/application/job-service/job-service.ts";
import type { VideoPostRepository } from "../../../shared/application/ports/video-post-repository.ts";
import type { Logger } from "../../log.ts";
import { type Background, createBackground, merged } from "./background.ts";
import type { DirectDatabase } from "./direct-database.ts";
import { type Faults, retriedService } from "./retried-service.ts";
import type { WorkerRequests } from "./worker-requests.ts";
import { workerSecrets } from "./worker-secrets.ts";
import type { JobSettings, WorkerSettings } from "./worker-settings.ts";

export type DirectJobServiceDeps = {
  readonly database: DirectDatabase;
  readonly worker: WorkerRequests;
  readonly settings: WorkerSettings;
  readonly log: Pick<Logger, "warn">;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly sleep: Faults["sleep"];
};

export type DirectJobService = {
  readonly service: JobService;
  /** Waits for what calls have left for later. */
  settled(): Promise<void>;
};

/** The job service over this process's connections to the database. The Worker adds what only it has. */
export function createDirectJobService(deps: DirectJobServiceDeps): DirectJobService {
  const { database, settings, sleep } = deps;
  const background = createBackground(deps.log);
  let built: { readonly settings: JobSettings; readonly service: InProcessJobService } | null = null;
  const withSettings = (current: JobSettings): InProcessJobService => {
    if (built?.settings !== current) built = { settings: current, service: serviceWith(current, deps, background) };
    return built.service;
  };
  const fresh = async () => withSettings(await settings.fresh());
  const latest = async () => withSettings(await settings.latest());
  const service: JobService = {
    claim: async (...call) => (await fresh()).claim(...call),
    claimOne: async (...call) => (await fresh()).claimOne(...call),
    scan: async (...call) => (await latest()).scan(...call),
    usesOfPrefixes: async (...call) => (await latest()).usesOfPrefixes(...call),
    deletePrefixes: async (...call) => (await latest()).deletePrefixes(...call),
    heartbeat: async (...call) => (await latest()).heartbeat(...call),
    progress: async (...call) => (await latest()).progress(...call),
    keys: async (...call) => (await latest()).keys(...call),
    recordTranscode: async (...call) => (await latest()).recordTranscode(...call),
    recordEncrypt: async (...call) => (await latest()).recordEncrypt(...call),
    fail: async (...call) => (await latest()).fail(...call),
    release: async (...call) => (await latest()).release(...call),
    acknowledgeCancel: async (...call) => (await latest()).acknowledgeCancel(...call),
  };
  return {
    service: retriedService(service, { sleep, kindOfFault: database.kindOfFault }),
    settled: background.settled,
  };
}

function serviceWith(
  jobSettings: JobSettings,
  { database, worker, settings, now, random }: DirectJobServiceDeps,
  background: Background,
): InProcessJobService {
  const persistence = database.persistence(jobSettings.rules);
  const dispatch = merged(() => worker.dispatchOutbox());
  const launches = jobSettings.rules.followUpMs !== null;
  const posts = announcingSaves(persistence.posts, launches, () => background.start("dispatch", dispatch()));
  return createJobService({
    ...persistence,
    ...jobSettings,
    posts,
    secrets: workerSecrets({ worker, settings, jobs: persistence.jobs, now }),
    credentials: inProcessJobCredentials(),
    now,
    random,
    reportProgress: async (holder, progress) => (await worker.showProgress(holder, progress)).kind === "done",
    deleteObjects: (prefixes) => worker.deleteObjects(prefixes),
    later: background.start,
  });
}

/**
 * A save that raises events is followed by a request to the Worker to deliver them, and one that creates jobs by a request
 * to launch them where the Worker does; its Cron Trigger is the fallback.
 */
function announcingSaves(posts: VideoPostRepository, launches: boolean, announce: () => void): VideoPostRepository {
  return {
    ...posts,
    save: async (change, ...rest) => {
      const outcome = await posts.save(change, ...rest);
      const concernsWorker = change.events.length > 0 || (launches && change.jobs.length > 0);
      if (outcome === "saved" && concernsWorker) announce();
      return outcome;
    },
  };
}
