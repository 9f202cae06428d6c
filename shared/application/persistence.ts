import type { ApiKeyStore } from "./ports/api-key-store.ts";
import type { AuditLog } from "./ports/audit-log.ts";
import type { AuthorLedger } from "./ports/author-ledger.ts";
import type { ContentKeyStore } from "./ports/content-key-store.ts";
import type { EncoderJobs } from "./ports/encoder-jobs.ts";
import type { FoldedTitles } from "./ports/folded-titles.ts";
import type { GateReadings } from "./ports/gate-readings.ts";
import type { IdempotencyStore } from "./ports/idempotency-store.ts";
import type { JobStore } from "./ports/job-store.ts";
import type { KeyWrappingStore } from "./ports/key-wrapping-store.ts";
import type { LaunchStore } from "./ports/launch-store.ts";
import type { Library } from "./ports/library.ts";
import type { Outbox } from "./ports/outbox.ts";
import type { OverviewFigures } from "./ports/overview-figures.ts";
import type { PendingWorkQueries } from "./ports/pending-work-queries.ts";
import type { PrefixQueries } from "./ports/prefix-queries.ts";
import type { RekeyStore } from "./ports/rekey-store.ts";
import type { RevocationFeed } from "./ports/revocation-feed.ts";
import type { RotationBatches } from "./ports/rotation-batches.ts";
import type { RotationSteps } from "./ports/rotation-steps.ts";
import type { ServiceState } from "./ports/service-state.ts";
import type { UploadStore } from "./ports/upload-store.ts";
import type { UploadTokenStore } from "./ports/upload-token-store.ts";
import type { VideoPostHistory } from "./ports/video-post-history.ts";
import type { VideoPostQueries } from "./ports/video-post-queries.ts";
import type { VideoPostRepository } from "./ports/video-post-repository.ts";
import type { WebhookDeliveries } from "./ports/webhook-deliveries.ts";
import type { WebhookEndpoints } from "./ports/webhook-endpoints.ts";

/**
 * Everything that a deployment stores in its database; one function per database implements it. A method of a port is
 * one transaction and holds nothing between calls. docs/persistence.md says what an adapter promises.
 */
export interface Persistence {
  readonly posts: VideoPostRepository;
  readonly postQueries: VideoPostQueries;
  readonly postHistory: VideoPostHistory;
  readonly foldedTitles: FoldedTitles;
  readonly outbox: Outbox;
  readonly uploads: UploadStore;
  readonly uploadTokens: UploadTokenStore;
  readonly jobs: JobStore;
  readonly launches: LaunchStore;
  readonly encoderJobs: EncoderJobs;
  readonly pending: PendingWorkQueries;
  readonly prefixes: PrefixQueries;
  readonly gateReadings: GateReadings;
  readonly revocations: RevocationFeed;
  readonly contentKeys: ContentKeyStore;
  readonly wrappings: KeyWrappingStore;
  readonly rekeys: RekeyStore;
  readonly rotationBatches: RotationBatches;
  readonly rotationSteps: RotationSteps;
  readonly library: Library;
  readonly ledger: AuthorLedger;
  readonly apiKeys: ApiKeyStore;
  readonly auditLog: AuditLog;
  readonly idempotency: IdempotencyStore;
  readonly webhookEndpoints: WebhookEndpoints;
  readonly webhookDeliveries: WebhookDeliveries;
  readonly overview: OverviewFigures;
  readonly serviceState: ServiceState;
}
