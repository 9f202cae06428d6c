import type { CallerEvents } from "./durable-objects/caller-events.ts";
import type { JobEvents } from "./durable-objects/job-events.ts";
import type { PostEvents } from "./durable-objects/post-events.ts";
import type { PlayCounter } from "./gate/play-counter.ts";
import type { AuditEventMessage, DeletionMessage, DeliverWebhookMessage } from "./queues/messages.ts";

/**
 * The bindings of wrangler.toml, or of the configuration for Postgres that is derived from it. settings/settings.ts reads
 * the variables and secrets beside them.
 */
export type Env = {
  /** D1, where the database is one. Either this or HYPERDRIVE is bound. */
  readonly DB?: D1Database;
  /** The address of a Postgres, with caching disabled. */
  readonly HYPERDRIVE?: Pick<Hyperdrive, "connectionString">;
  readonly SOURCE: R2Bucket;
  readonly PLAYBACK: R2Bucket;
  /** Optional: a bucket of files that callers may copy into uploads. */
  readonly INCOMING?: R2Bucket;
  /** Optional: the Worker of infra/cloudflare-containers, for LAUNCHER = cloudflare-containers. */
  readonly CONTAINERS?: Fetcher;
  readonly ASSETS: Fetcher;
  readonly JOB_EVENTS: DurableObjectNamespace<JobEvents>;
  readonly CALLER_EVENTS: DurableObjectNamespace<CallerEvents>;
  readonly POST_EVENTS: DurableObjectNamespace<PostEvents>;
  readonly PLAY_COUNTER: DurableObjectNamespace<PlayCounter>;
  readonly DELETE_OBJECTS: Queue<DeletionMessage>;
  readonly AUDIT_EVENTS: Queue<AuditEventMessage>;
  readonly WEBHOOKS: Queue<DeliverWebhookMessage>;
  readonly TOKEN_ISSUE_LIMIT: RateLimit;
  /** Optional: where the counters of each minute go; without it they are lines of the log. */
  readonly GATE_METRICS?: AnalyticsEngineDataset;
};
