import { type JobCredentials, signedJobCredentials } from "../shared/application/job-service/job-credentials.ts";
import type { Persistence } from "../shared/application/persistence.ts";
import { signedUploadTokens, type UploadTokenTexts } from "../shared/application/upload-token-text.ts";
import type { AuditEvent } from "../shared/domain/access/audit-event.ts";
import type { SessionRules } from "../shared/domain/access/play-session.ts";
import type { JobRules } from "../shared/domain/job/transcode-job.ts";
import type { DefaultPolicyRule } from "../shared/domain/quality/quality-auth.ts";
import { createKeyVault, type KeyVault } from "../shared/key-vault/key-vault.ts";
import { type ClearSignatures, createClearSignatures } from "../shared/playback-token/clear-signatures.ts";
import { createTokenSigner, type TokenSigner } from "../shared/playback-token/token-signer.ts";
import { createEventCounter, type EventCounter } from "./audit/event-counter.ts";
import { FREQUENT_ACTIONS, REFUSALS } from "./audit/event-kinds.ts";
import { recordByQueue } from "./audit/record-events.ts";
import type { Authenticators } from "./auth/authenticate-caller.ts";
import { createAuthenticators } from "./auth/authenticators.ts";
import { type EventTickets, signedEventTickets } from "./auth/event-tickets.ts";
import { createIssueLimit, type IssueLimit } from "./auth/issue-limit.ts";
import { createKnownApiKeys } from "./auth/known-api-keys.ts";
import { createIssuerKeys, type Fetcher } from "./auth/viewers/issuer-keys.ts";
import { createViewerVerifier, type ViewerVerifier } from "./auth/viewers/verify-viewer.ts";
import { openPersistence } from "./database.ts";
import type { Env } from "./env.ts";
import { cacheOfLocation } from "./gate/cache-of-location.ts";
import { createGate, type Gate } from "./gate/gate.ts";
import { createGateMinutes, type GateMinutes, noting } from "./gate/gate-minutes.ts";
import { createLocationCopies, type LocationCopies, NO_COPIES } from "./gate/location-copies.ts";
import { reportMinute } from "./gate/report-minute.ts";
import { createViewerIds, type ViewerIds } from "./gate/viewer-ids.ts";
import { chooseLauncher } from "./launchers/choose-launcher.ts";
import type { Launcher } from "./launchers/launcher.ts";
import { freshnessRules } from "./settings/gate-settings.ts";
import { sessionRules } from "./settings/session-settings.ts";
import { readSettings, type Settings } from "./settings/settings.ts";
import { createPageCache, forgettingSaved, type PageCache } from "./watch/page-cache.ts";

/** Everything that a route may use, created once per isolate. */
export type Context = Persistence & {
  readonly env: Env;
  readonly settings: Settings;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
  /** Sends a webhook. */
  readonly sendRequest: (url: string, init: RequestInit) => Promise<Response>;
  /** Starts containers for jobs; null where processors poll. */
  readonly launcher: Launcher | null;
  readonly vault: KeyVault;
  readonly playbackTokens: TokenSigner;
  /** Tokens of clear renditions: their type differs, so that no key or encrypted playlist is served for one. */
  readonly clearTokens: TokenSigner;
  readonly clearSignatures: ClearSignatures;
  readonly jobCredentials: JobCredentials;
  readonly uploadTokenTexts: UploadTokenTexts;
  readonly eventTickets: EventTickets;
  readonly viewers: ViewerVerifier;
  readonly viewerIds: ViewerIds;
  readonly gate: Gate;
  readonly minutes: GateMinutes;
  readonly issueLimit: IssueLimit;
  readonly callers: Authenticators;
  readonly refusals: EventCounter;
  readonly frequentActions: EventCounter;
  readonly watchPages: PageCache;
  readonly rules: JobRules;
  readonly sessionRules: SessionRules;
  readonly policyRule: DefaultPolicyRule;
};

export type ContextOptions = {
  readonly env: Env;
  /** The database that is bound, by default. */
  readonly persistence?: Persistence;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Fetches the JWKS of viewers' issuers. */
  readonly fetch?: Fetcher;
  readonly wait?: (ms: number) => Promise<unknown>;
  readonly random?: () => number;
  /** Sends webhooks. */
  readonly sendRequest?: Context["sendRequest"];
  /** The one that LAUNCHER names, by default. */
  readonly launcher?: Launcher;
};

/** The composition root. */
export function createContext(options: ContextOptions): Context {
  const { env, now = Date.now, wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms)) } = options;
  const settings = readSettings(env);
  const rules = jobRules(settings);
  const persistence = options.persistence ?? openPersistence(env, rules);
  const { apiKeys, auditLog } = persistence;
  const clock = { now, sleep: (ms: number) => scheduler.wait(ms) };
  const issuerKeys = createIssuerKeys(options.fetch ?? ((url, init) => fetch(url, init)), clock);
  const watchPages = createPageCache();
  const minutes: GateMinutes = createGateMinutes(
    reportMinute(env.GATE_METRICS, () => crypto.randomUUID()),
    { length: () => gate.feed.length(), readAt: () => gate.feed.readAt() },
  );
  const noteStatement = () => {
    minutes.at(now()).statements++;
  };
  const gate: Gate = createGate({
    readings: noting(persistence.gateReadings, noteStatement),
    copies: locationCopies(settings),
    counters: env.PLAY_COUNTER,
    rules: freshnessRules(settings),
    longestSeconds: settings.SESSION_LONGEST_SECONDS,
    clock,
    onObjectError: () => {
      minutes.at(now()).objectErrors++;
    },
  });
  const issueLimit = createIssueLimit(env.TOKEN_ISSUE_LIMIT, now);
  const known = createKnownApiKeys(
    noting({ find: apiKeys.find }, noteStatement),
    gate.feed,
    freshnessRules(settings),
    clock,
  );
  const counting = {
    send: (events: readonly AuditEvent[]) => recordByQueue({ auditLog, env }, events),
    now,
    wait,
    retentionDays: settings.AUDIT_RETENTION_DAYS,
  };
  return {
    ...persistence,
    env,
    settings,
    now,
    wait,
    random: options.random ?? Math.random,
    sendRequest: options.sendRequest ?? ((url, init) => fetch(url, init)),
    launcher:
      options.launcher ??
      chooseLauncher(settings, { ...{ fetch: (url, init) => fetch(url, init), now }, containers: env.CONTAINERS }),
    posts: forgettingSaved(persistence.posts, [watchPages, gate.parts]),
    gate,
    minutes,
    viewerIds: createViewerIds(settings.VIEWER_ID_KEY),
    vault: createKeyVault(settings.KEY_ENCRYPTION_KEYS),
    playbackTokens: createTokenSigner("play+jwt", settings.TOKEN_SIGNING_KEYS),
    clearTokens: createTokenSigner("clear+jwt", settings.TOKEN_SIGNING_KEYS),
    clearSignatures: createClearSignatures(settings.TOKEN_SIGNING_KEYS),
    jobCredentials: signedJobCredentials(createTokenSigner("job+jwt", settings.TOKEN_SIGNING_KEYS), now),
    uploadTokenTexts: signedUploadTokens(createTokenSigner("upload+jwt", settings.TOKEN_SIGNING_KEYS)),
    eventTickets: signedEventTickets(createTokenSigner("events+jwt", settings.TOKEN_SIGNING_KEYS)),
    viewers: createViewerVerifier(settings.VIEWER_ISSUERS, issuerKeys),
    issueLimit,
    callers: createAuthenticators(issueLimit, settings, { apiKeys, known, issuerKeys }, wait),
    refusals: createEventCounter(REFUSALS, counting),
    frequentActions: createEventCounter(FREQUENT_ACTIONS, counting),
    watchPages,
    rules,
    sessionRules: sessionRules(settings),
    policyRule: { publicUpTo: settings.PUBLIC_UP_TO_LINES },
  };
}

function locationCopies(settings: Settings): LocationCopies {
  if (settings.GATE_LOCATION_COPIES === "off") return NO_COPIES;
  return createLocationCopies(freshnessRules(settings), settings.VIEWER_ID_KEY, cacheOfLocation);
}

/** How long a container may take to claim the encrypt job that follows from its result. */
const FOLLOW_UP_MS = 60_000;

function jobRules(settings: Settings): JobRules {
  return {
    leaseMs: settings.JOB_LEASE_SECONDS * 1000,
    maxAttempts: settings.JOB_MAX_ATTEMPTS,
    firstBackoffMs: settings.JOB_FIRST_BACKOFF_SECONDS * 1000,
    longestBackoffMs: settings.JOB_LONGEST_BACKOFF_SECONDS * 1000,
    followUpMs: settings.LAUNCHER === "none" ? null : FOLLOW_UP_MS,
  };
}
