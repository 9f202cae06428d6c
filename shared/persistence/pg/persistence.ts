import type { Persistence } from "../../application/persistence.ts";
import type { JobRules } from "../../domain/transcode-job.ts";
import { pgApiKeyStore } from "./access/api-key-store.ts";
import { pgAuditLog } from "./access/audit-log.ts";
import { pgIdempotencyStore } from "./access/idempotency-store.ts";
import { type Connect, openDatabase } from "./database.ts";
import { pgJobStore } from "./jobs/job-store.ts";
import { pgPendingWorkQueries } from "./jobs/pending-work-queries.ts";
import { pgRekeyStore } from "./jobs/rekey-store.ts";
import { pgContentKeyStore } from "./keys/content-key-store.ts";
import { pgKeyWrappingStore } from "./keys/key-wrapping-store.ts";
import { pgRotationBatches } from "./keys/rotation-batches.ts";
import { pgRotationSteps } from "./keys/rotation-steps.ts";
import { pgAuthorLedger } from "./library/author-ledger.ts";
import { pgLibrary } from "./library/library.ts";
import { pgGateReadings } from "./playback/gate-readings.ts";
import { pgRevocationFeed } from "./playback/revocation-feed.ts";
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
    postQueries: unported("postQueries"),
    postHistory: unported("postHistory"),
    foldedTitles: unported("foldedTitles"),
    outbox: unported("outbox"),
    uploads: pgUploadStore(db),
    uploadTokens: pgUploadTokenStore(db),
    jobs: pgJobStore(db),
    encoderJobs: unported("encoderJobs"),
    pending: pgPendingWorkQueries(db),
    prefixes: unported("prefixes"),
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
    serviceState: pgServiceState(db),
  };
}

/** Until every store is written: each use is an error that names the store. */
function unported(store: string): never {
  return new Proxy(
    {},
    { get: (_, method) => () => Promise.reject(new Error(`not written for Postgres: ${store}.${String(method)}`)) },
  ) as never;
}
