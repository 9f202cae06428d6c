import { storable } from "../../lib/storable-text.ts";
import { continueKeyRotations } from "../commands/continue-key-rotations.ts";
import { continueRekey } from "../commands/request-rekey.ts";
import { type ScanReport, scanJobs } from "../commands/scan-jobs.ts";
import { runIsolated } from "../isolated-steps.ts";
import type { ClaimOneReply, ClaimOneRequest, ClaimRequest, WorkOrder } from "../protocols/job-protocol.ts";
import { claim, claimOne } from "./claim.ts";
import { contentKeys } from "./content-keys.ts";
import type { JobServiceDeps } from "./deps.ts";
import { fail, giveUp } from "./ends.ts";
import type { JobService } from "./job-service.ts";
import { heartbeat, reportProgress } from "./progress.ts";
import { recordEncrypt, recordTranscode } from "./results.ts";

/** In process, a work order is always one that this release can read. */
export type InProcessJobService = Omit<JobService, "claim" | "claimOne"> & {
  claim(request: ClaimRequest, signal?: AbortSignal): Promise<WorkOrder | null>;
  claimOne(jobId: string, request: ClaimOneRequest, signal?: AbortSignal): Promise<ClaimOneReply>;
};

/**
 * The job service in process. Methods are short: each checks `signal` at its start and then runs to its end, so that an
 * aborted call leaves no half of its effects. Names and messages of media and of ffmpeg may be any bytes: what cannot be
 * stored is replaced, since a refusal would repeat with every attempt.
 */
export function createJobService(deps: JobServiceDeps): InProcessJobService {
  return {
    claim: unlessAborted((request) => claim(deps, request)),
    claimOne: async (jobId, request, signal) => {
      signal?.throwIfAborted();
      return claimOne(deps, jobId, request);
    },
    scan: async (signal) => {
      signal?.throwIfAborted();
      return scan(deps);
    },
    usesOfPrefixes: unlessAborted((prefixes) => deps.prefixes.classifyPrefixes(prefixes, deps.now())),
    deletePrefixes: unlessAborted((prefixes) => deletePrefixes(deps, prefixes)),
    heartbeat: heldUnlessAborted((held, progress) => heartbeat(deps, held, progress)),
    progress: heldUnlessAborted((held, progress) => reportProgress(deps, held, progress)),
    keys: unlessAborted((held) => contentKeys(deps, held)),
    recordTranscode: heldUnlessAborted((held, report) => recordTranscode(deps, held, report)),
    recordEncrypt: heldUnlessAborted((held, report) => recordEncrypt(deps, held, report)),
    fail: heldUnlessAborted((held, report) => fail(deps, held, report)),
    release: unlessAborted((held) => giveUp(deps, held, "release")),
    acknowledgeCancel: unlessAborted((held) => giveUp(deps, held, "acknowledgeCancel")),
  };
}

function unlessAborted<A, R>(call: (input: A) => Promise<R>): (input: A, signal?: AbortSignal) => Promise<R> {
  return async (input, signal) => {
    signal?.throwIfAborted();
    return call(storable(input));
  };
}

function heldUnlessAborted<A, B, R>(
  call: (held: A, input: B) => Promise<R>,
): (held: A, input: B, signal?: AbortSignal) => Promise<R> {
  return async (held, input, signal) => {
    signal?.throwIfAborted();
    return call(held, storable(input));
  };
}

async function scan(deps: JobServiceDeps): Promise<ScanReport> {
  const reports: ScanReport[] = [];
  await runIsolated({
    // Every processor scans once a minute.
    mark: () => deps.serviceState.record("processor", deps.now()),
    scan: async () => reports.push(await scanJobs(deps, deps.now())),
    migration: () => continueRekey(deps, deps.rekeyMaxInFlight, deps.now()),
    rotations: () => continueKeyRotations(deps, deps.now()),
  });
  const [report] = reports;
  if (report === undefined) throw new Error("the scan made no report");
  return report;
}

/** Checks again: minutes may have passed since the caller's check. */
async function deletePrefixes(deps: JobServiceDeps, prefixes: readonly string[]): Promise<readonly string[]> {
  const uses = await deps.prefixes.classifyPrefixes(prefixes, deps.now());
  const deleted = prefixes.filter((_, index) => uses[index] === "garbage");
  await deps.deleteObjects(deleted);
  return deleted;
}
