import type { Persistence } from "../../application/persistence.ts";
import type { JobRules } from "../../domain/job/transcode-job.ts";
import { d1ApiKeyStore } from "./access/api-key-store.ts";
import { d1AuditLog } from "./access/audit-log.ts";
import { d1IdempotencyStore } from "./access/idempotency-store.ts";
import { type D1Binding, openDatabase } from "./database.ts";
import { d1EncoderJobs } from "./encoder/encoder-jobs.ts";
import { d1JobStore } from "./jobs/job-store.ts";
import { d1PendingWorkQueries } from "./jobs/pending-work-queries.ts";
import { d1RekeyStore } from "./jobs/rekey-store.ts";
import { d1ContentKeyStore } from "./keys/content-key-store.ts";
import { d1KeyWrappingStore } from "./keys/key-wrapping-store.ts";
import { d1RotationBatches } from "./keys/rotation-batches.ts";
import { d1RotationSteps } from "./keys/rotation-steps.ts";
import { d1LaunchStore } from "./launches/launch-store.ts";
import { d1AuthorLedger } from "./library/author-ledger.ts";
import { d1Library } from "./library/library.ts";
import { d1OverviewFigures } from "./overview/overview-figures.ts";
import { d1GateReadings } from "./playback/gate-readings.ts";
import { d1RevocationFeed } from "./playback/revocation-feed.ts";
import { d1FoldedTitles } from "./posts/folded-titles.ts";
import { d1Outbox } from "./posts/outbox.ts";
import { d1PrefixQueries } from "./posts/prefix-queries.ts";
import { d1VideoPostHistory } from "./posts/video-post-history.ts";
import { d1VideoPostQueries } from "./posts/video-post-queries.ts";
import { d1VideoPostRepository } from "./posts/video-post-repository.ts";
import { d1ServiceState } from "./service/service-state.ts";
import { d1UploadStore } from "./uploads/upload-store.ts";
import { d1UploadTokenStore } from "./uploads/upload-token-store.ts";
import { d1WebhookDeliveries } from "./webhooks/delivery-store.ts";
import { d1WebhookEndpoints } from "./webhooks/endpoint-store.ts";

/** Cloudflare D1. The only export that code outside of this folder imports. */
export function d1Persistence(binding: D1Binding, rules: JobRules): Persistence {
  const db = openDatabase(binding);
  return {
    posts: d1VideoPostRepository(db, rules),
    postQueries: d1VideoPostQueries(db),
    postHistory: d1VideoPostHistory(db),
    foldedTitles: d1FoldedTitles(db),
    outbox: d1Outbox(db),
    uploads: d1UploadStore(db),
    uploadTokens: d1UploadTokenStore(db),
    jobs: d1JobStore(db),
    launches: d1LaunchStore(db),
    encoderJobs: d1EncoderJobs(db),
    pending: d1PendingWorkQueries(db),
    prefixes: d1PrefixQueries(db),
    gateReadings: d1GateReadings(binding),
    revocations: d1RevocationFeed(db),
    contentKeys: d1ContentKeyStore(db),
    wrappings: d1KeyWrappingStore(db),
    rekeys: d1RekeyStore(db),
    rotationBatches: d1RotationBatches(db),
    rotationSteps: d1RotationSteps(db),
    library: d1Library(db),
    ledger: d1AuthorLedger(db),
    apiKeys: d1ApiKeyStore(db),
    auditLog: d1AuditLog(db),
    idempotency: d1IdempotencyStore(db),
    webhookEndpoints: d1WebhookEndpoints(db),
    webhookDeliveries: d1WebhookDeliveries(db),
    overview: d1OverviewFigures(db),
    serviceState: d1ServiceState(db),
  };
}
