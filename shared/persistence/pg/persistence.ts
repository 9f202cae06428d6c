import type { Persistence } from "../../application/persistence.ts";
import type { JobRules } from "../../domain/job/transcode-job.ts";
import { pgApiKeyStore } from "./access/api-key-store.ts";
import { pgAuditLog } from "./access/audit-log.ts";
import { pgIdempotencyStore } from "./access/idempotency-store.ts";
import { type Connect, openDatabase } from "./database.ts";
import { pgEncoderJobs } from "./encoder/encoder-jobs.ts";
import { pgJobStore } from "./jobs/job-store.ts";
import { pgPendingWorkQueries } from "./jobs/pending-work-queries.ts";
import { pgRekeyStore } from "./jobs/rekey-store.ts";
import { pgContentKeyStore } from "./keys/content-key-store.ts";
import { pgKeyWrappingStore } from "./keys/key-wrapping-store.ts";
import { pgRotationBatches } from "./keys/rotation-batches.ts";
import { pgRotationSteps } from "./keys/rotation-steps.ts";
import { pgLaunchStore } from "./launches/launch-store.ts";
import { pgAuthorLedger } from "./library/author-ledger.ts";
import { pgLibrary } from "./library/library.ts";
import { pgOverviewFigures } from "./overview/overview-figures.ts";
import { pgGateReadings } from "./playback/gate-readings.ts";
import { pgRevocationFeed } from "./playback/revocation-feed.ts";
import { pgFoldedTitles } from "./posts/folded-titles.ts";
import { pgOutbox } from "./posts/outbox.ts";
import { pgPrefixQueries } from "./posts/prefix-queries.ts";
import { pgVideoPostHistory } from "./posts/video-post-history.ts";
import { pgVideoPostQueries } from "./posts/video-post-queries.ts";
import { pgVideoPostRepository } from "./posts/video-post-repository.ts";
import { pgServiceState } from "./service/service-state.ts";
import { pgUploadStore } from "./uploads/upload-store.ts";
import { pgUploadTokenStore } from "./uploads/upload-token-store.ts";
import { pgWebhookDeliveries } from "./webhooks/delivery-store.ts";
import { pgWebhookEndpoints } from "./webhooks/endpoint-store.ts";

/** Postgres. `connect` gives the client of one call: `clients.ts` has one way for Workers and one for processes. */
export function pgPersistence(connect: Connect, rules: JobRules): Persistence {
  const db = openDatabase(connect);
  return {
    posts: pgVideoPostRepository(db, rules),
    postQueries: pgVideoPostQueries(db),
    postHistory: pgVideoPostHistory(db),
    foldedTitles: pgFoldedTitles(db),
    outbox: pgOutbox(db),
    uploads: pgUploadStore(db),
    uploadTokens: pgUploadTokenStore(db),
    jobs: pgJobStore(db),
    launches: pgLaunchStore(db),
    encoderJobs: pgEncoderJobs(db),
    pending: pgPendingWorkQueries(db),
    prefixes: pgPrefixQueries(db),
    gateReadings: pgGateReadings(db),
    revocations: pgRevocationFeed(db),
    contentKeys: pgContentKeyStore(db),
    wrappings: pgKeyWrappingStore(db),
    rekeys: pgRekeyStore(db),
    rotationBatches: pgRotationBatches(db),
    rotationSteps: pgRotationSteps(db),
    library: pgLibrary(db),
    ledger: pgAuthorLedger(db),
    apiKeys: pgApiKeyStore(db),
    auditLog: pgAuditLog(db),
    idempotency: pgIdempotencyStore(db),
    webhookEndpoints: pgWebhookEndpoints(db),
    webhookDeliveries: pgWebhookDeliveries(db),
    overview: pgOverviewFigures(db),
    serviceState: pgServiceState(db),
  };
}
