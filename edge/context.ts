import type {
  JobStore,
  PendingWorkQueries,
  PrefixQueries,
  TokenStore,
  VideoPostRepository,
} from "../shared/application/ports.ts";
import type { JobRules } from "../shared/domain/transcode-job.ts";
import { createKeyVault, type KeyVault } from "../shared/key-vault/key-vault.ts";
import { type Database, openDatabase } from "../shared/persistence/d1/database.ts";
import { d1JobStore } from "../shared/persistence/d1/job-store.ts";
import { d1PendingWorkQueries } from "../shared/persistence/d1/pending-work-queries.ts";
import { d1PrefixQueries } from "../shared/persistence/d1/prefix-queries.ts";
import { d1TokenStore } from "../shared/persistence/d1/token-store.ts";
import { d1VideoPostRepository } from "../shared/persistence/d1/video-post-repository.ts";
import { createTokenSigner, type TokenSigner } from "../shared/playback-token/token-signer.ts";
import { type Env, readSettings, type Settings } from "./env.ts";
import { createIssuerKeys, type Fetcher } from "./viewers/issuer-keys.ts";
import { createViewerVerifier, type ViewerVerifier } from "./viewers/verify-viewer.ts";

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
  readonly tokens: TokenStore;
  readonly vault: KeyVault;
  readonly playbackTokens: TokenSigner;
  readonly jobCredentials: TokenSigner;
  readonly viewers: ViewerVerifier;
  readonly rules: JobRules;
};

/** `now` is for tests that need another time, `fetcher` for tests whose issuer is on no network. */
export function createContext(
  env: Env,
  now: () => number = Date.now,
  fetcher: Fetcher = (url, init) => fetch(url, init),
): Context {
  const settings = readSettings(env);
  const db = openDatabase(env.DB);
  const rules = jobRules(settings);
  return {
    env,
    settings,
    now,
    db,
    posts: d1VideoPostRepository(db, rules),
    jobs: d1JobStore(db),
    pending: d1PendingWorkQueries(db),
    prefixes: d1PrefixQueries(db),
    tokens: d1TokenStore(db, env.DB),
    vault: createKeyVault(settings.KEY_ENCRYPTION_KEYS),
    playbackTokens: createTokenSigner("play+jwt", settings.TOKEN_SIGNING_KEYS),
    jobCredentials: createTokenSigner("job+jwt", settings.TOKEN_SIGNING_KEYS),
    viewers: createViewerVerifier(settings.VIEWER_ISSUERS, createIssuerKeys(fetcher)),
    rules,
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
