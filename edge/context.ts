import type { AuditLog } from "../shared/application/audit-log.ts";
import type { ContentKeyStore } from "../shared/application/content-key-store.ts";
import type { KeyWrappingStore } from "../shared/application/key-wrapping-store.ts";
import type { MigrationStore } from "../shared/application/migration-store.ts";
import type {
  ApiKeyStore,
  JobStore,
  PendingWorkQueries,
  PrefixQueries,
  SessionStore,
  TokenStore,
  VideoPostRepository,
} from "../shared/application/ports.ts";
import type { RotationBatches, RotationSteps } from "../shared/application/rotation-store.ts";
import type { SessionRules } from "../shared/domain/play-session.ts";
import type { JobRules } from "../shared/domain/transcode-job.ts";
import { createKeyVault, type KeyVault } from "../shared/key-vault/key-vault.ts";
import { d1ApiKeyStore } from "../shared/persistence/d1/api-key-store.ts";
import { d1AuditLog } from "../shared/persistence/d1/audit-log.ts";
import { d1ContentKeyStore } from "../shared/persistence/d1/content-key-store.ts";
import { type Database, openDatabase } from "../shared/persistence/d1/database.ts";
import { d1JobStore } from "../shared/persistence/d1/job-store.ts";
import { d1KeyWrappingStore } from "../shared/persistence/d1/key-wrapping-store.ts";
import { d1MigrationStore } from "../shared/persistence/d1/migration-store.ts";
import { d1PendingWorkQueries } from "../shared/persistence/d1/pending-work-queries.ts";
import { d1PrefixQueries } from "../shared/persistence/d1/prefix-queries.ts";
import { d1RotationBatches } from "../shared/persistence/d1/rotation-batches.ts";
import { d1RotationSteps } from "../shared/persistence/d1/rotation-steps.ts";
import { d1SessionStore } from "../shared/persistence/d1/session-store.ts";
import { d1TokenStore } from "../shared/persistence/d1/token-store.ts";
import { d1VideoPostRepository } from "../shared/persistence/d1/video-post-repository.ts";
import { createTokenSigner, type TokenSigner } from "../shared/playback-token/token-signer.ts";
import { recordByQueue } from "./audit/record-events.ts";
import { createRefusalCounter, type RefusalCounter } from "./audit/refusal-counter.ts";
import { createCallerDoors } from "./callers/caller-doors.ts";
import type { CallerDoors } from "./callers/identify-caller.ts";
import { type Env, readSettings, type Settings } from "./env.ts";
import { sessionRules } from "./playback/session-settings.ts";
import { createIssuerKeys, type Fetcher } from "./viewers/issuer-keys.ts";
import { createViewerVerifier, type ViewerVerifier } from "./viewers/verify-viewer.ts";
import { createPageCache, forgettingPages, type PageCache } from "./watch/page-cache.ts";

/** Everything that a route may use, wired once for each isolate. */
export type Context = {
  readonly env: Env;
  readonly settings: Settings;
  readonly now: () => number;
  readonly db: Database;
  readonly posts: VideoPostRepository;
  readonly jobs: JobStore;
  readonly pending: PendingWorkQueries;
  readonly prefixes: PrefixQueries;
  readonly migrations: MigrationStore;
  readonly rotationBatches: RotationBatches;
  readonly rotationSteps: RotationSteps;
  readonly wrappings: KeyWrappingStore;
  readonly contentKeys: ContentKeyStore;
  readonly tokens: TokenStore;
  readonly sessions: SessionStore;
  readonly vault: KeyVault;
  readonly playbackTokens: TokenSigner;
  readonly jobCredentials: TokenSigner;
  readonly viewers: ViewerVerifier;
  readonly apiKeys: ApiKeyStore;
  readonly callers: CallerDoors;
  readonly auditLog: AuditLog;
  readonly refusals: RefusalCounter;
  readonly watchPages: PageCache;
  readonly rules: JobRules;
  readonly sessionRules: SessionRules;
};

/** `now` and `wait` are for tests that need another time, `fetcher` for tests whose issuer is on no network. */
export function createContext(
  env: Env,
  now: () => number = Date.now,
  fetcher: Fetcher = (url, init) => fetch(url, init),
  wait: (ms: number) => Promise<unknown> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): Context {
  const settings = readSettings(env);
  const db = openDatabase(env.DB);
  const rules = jobRules(settings);
  const apiKeys = d1ApiKeyStore(db);
  const issuerKeys = createIssuerKeys(fetcher);
  const auditLog = d1AuditLog(db);
  const watchPages = createPageCache();
  return {
    env,
    settings,
    now,
    db,
    posts: forgettingPages(d1VideoPostRepository(db, rules), watchPages),
    jobs: d1JobStore(db),
    pending: d1PendingWorkQueries(db),
    prefixes: d1PrefixQueries(db),
    migrations: d1MigrationStore(db),
    rotationBatches: d1RotationBatches(db),
    rotationSteps: d1RotationSteps(db),
    wrappings: d1KeyWrappingStore(db),
    contentKeys: d1ContentKeyStore(db),
    tokens: d1TokenStore(db, env.DB),
    sessions: d1SessionStore(env.DB),
    vault: createKeyVault(settings.KEY_ENCRYPTION_KEYS),
    playbackTokens: createTokenSigner("play+jwt", settings.TOKEN_SIGNING_KEYS),
    jobCredentials: createTokenSigner("job+jwt", settings.TOKEN_SIGNING_KEYS),
    viewers: createViewerVerifier(settings.VIEWER_ISSUERS, issuerKeys),
    apiKeys,
    callers: createCallerDoors(env, settings, apiKeys, issuerKeys),
    auditLog,
    refusals: createRefusalCounter({
      send: (events) => recordByQueue({ auditLog, env }, events),
      now,
      wait,
      retentionDays: settings.AUDIT_RETENTION_DAYS,
    }),
    watchPages,
    rules,
    sessionRules: sessionRules(settings),
  };
}

function jobRules(settings: Settings): JobRules {
  return {
    leaseMs: settings.JOB_LEASE_SECONDS * 1000,
    maxAttempts: settings.JOB_MAX_ATTEMPTS,
    firstBackoffMs: settings.JOB_FIRST_BACKOFF_SECONDS * 1000,
    longestBackoffMs: settings.JOB_LONGEST_BACKOFF_SECONDS * 1000,
  };
}
