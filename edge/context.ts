import { createKeyVault, type KeyVault } from "../shared/key-vault/key-vault.ts";
import { createTokenSigner, type TokenSigner } from "../shared/playback-token/token-signer.ts";
import type { JobStore, PendingWorkQueries, TokenStore, VideoPostRepository } from "../shared/application/ports.ts";
import { STANDARD_JOB_RULES, type JobRules } from "../shared/domain/transcode-job.ts";
import { openDatabase, type Database } from "../shared/persistence/d1/database.ts";
import { d1JobStore } from "../shared/persistence/d1/job-store.ts";
import { d1PendingWorkQueries } from "../shared/persistence/d1/pending-work-queries.ts";
import { d1TokenStore } from "../shared/persistence/d1/token-store.ts";
import { d1VideoPostRepository } from "../shared/persistence/d1/video-post-repository.ts";
import { readSettings, type Env, type Settings } from "./env.ts";

/** Everything that a route may use, wired once for each isolate. */
export type Context = {
  readonly env: Env;
  readonly settings: Settings;
  readonly now: () => number;
  readonly db: Database;
  readonly posts: VideoPostRepository;
  readonly jobs: JobStore;
  readonly pending: PendingWorkQueries;
  readonly tokens: TokenStore;
  readonly vault: KeyVault;
  readonly playbackTokens: TokenSigner;
  readonly jobCredentials: TokenSigner;
  readonly rules: JobRules;
};

/** `now` is for tests that need another time. */
export function createContext(env: Env, now: () => number = Date.now): Context {
  const settings = readSettings(env);
  const db = openDatabase(env.DB);
  const rules = STANDARD_JOB_RULES;
  return {
    env,
    settings,
    now,
    db,
    posts: d1VideoPostRepository(db, rules),
    jobs: d1JobStore(db),
    pending: d1PendingWorkQueries(db),
    tokens: d1TokenStore(db, env.DB),
    vault: createKeyVault(settings.KEY_ENCRYPTION_KEYS),
    playbackTokens: createTokenSigner("play+jwt", settings.TOKEN_SIGNING_KEYS),
    jobCredentials: createTokenSigner("job+jwt", settings.TOKEN_SIGNING_KEYS),
    rules,
  };
}
