import type { Persistence } from "../../application/persistence.ts";
import type { JobRules } from "../../domain/transcode-job.ts";
import { d1ApiKeyStore } from "./api-key-store.ts";
import { d1AuditLog } from "./audit-log.ts";
import { d1ContentKeyStore } from "./content-key-store.ts";
import { type D1Binding, openDatabase } from "./database.ts";
import { d1JobStore } from "./job-store.ts";
import { d1KeyWrappingStore } from "./key-wrapping-store.ts";
import { d1MigrationStore } from "./migration-store.ts";
import { d1Outbox } from "./outbox.ts";
import { d1PendingWorkQueries } from "./pending-work-queries.ts";
import { d1PrefixQueries } from "./prefix-queries.ts";
import { d1RotationBatches } from "./rotation-batches.ts";
import { d1RotationSteps } from "./rotation-steps.ts";
import { d1SessionStore } from "./session-store.ts";
import { d1TokenStore } from "./token-store.ts";
import { d1UploadStore } from "./upload-store.ts";
import { d1VideoPostQueries } from "./video-post-queries.ts";
import { d1VideoPostRepository } from "./video-post-repository.ts";

/** Cloudflare D1. The only export that code outside of this folder imports. */
export function d1Persistence(binding: D1Binding, rules: JobRules): Persistence {
  const db = openDatabase(binding);
  return {
    posts: d1VideoPostRepository(db, rules),
    postQueries: d1VideoPostQueries(db),
    outbox: d1Outbox(db),
    uploads: d1UploadStore(db),
    jobs: d1JobStore(db),
    pending: d1PendingWorkQueries(db),
    prefixes: d1PrefixQueries(db),
    tokens: d1TokenStore(db, binding),
    sessions: d1SessionStore(binding),
    contentKeys: d1ContentKeyStore(db),
    wrappings: d1KeyWrappingStore(db),
    migrations: d1MigrationStore(db),
    rotationBatches: d1RotationBatches(db),
    rotationSteps: d1RotationSteps(db),
    apiKeys: d1ApiKeyStore(db),
    auditLog: d1AuditLog(db),
  };
}
