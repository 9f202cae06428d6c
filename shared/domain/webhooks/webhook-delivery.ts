/**
 * PENDING: an attempt is due or scheduled. DELIVERED: an attempt was answered with a 2xx. FAILED: every attempt failed.
 * HELD: the endpoint is disabled. FAILED and HELD wait for a replay.
 */
export const DELIVERY_STATES = ["PENDING", "DELIVERED", "FAILED", "HELD"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One event on its way to one endpoint. */
export type WebhookDelivery = {
  readonly endpointId: string;
  /** The `webhook-id`. */
  readonly eventId: string;
  readonly type: string;
  readonly eventAt: number;
  readonly body: string;
  readonly state: DeliveryState;
  /** Attempts that were started, over all replays. */
  readonly attempts: number;
  /** Attempts that were started since the event was created or replayed: the position in the ladder. */
  readonly step: number;
  /** Null unless PENDING. */
  readonly nextAttemptAt: number | null;
  readonly createdAt: number;
  readonly deliveredAt: number | null;
};

/** What came of one attempt. */
export type AttemptResult = {
  /** HTTP status; null without a response. */
  readonly status: number | null;
  /** Why there is no response; null with one. */
  readonly error: string | null;
  /** The start of the response body, for people. */
  readonly excerpt: string | null;
  readonly retryAfterSeconds: number | null;
};

export type WebhookAttempt = Omit<AttemptResult, "retryAfterSeconds"> & {
  /** From 1, over all replays. */
  readonly attempt: number;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly nextAttemptAt: number | null;
};

/** Seconds before each attempt: as many attempts as it has members. */
export type RetryLadder = readonly number[];

/** From Standard Webhooks: 75 hours and 35 minutes in all. */
export const STANDARD_LADDER: RetryLadder = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

/** A share of each delay that `random` in [0, 1) adds, so that deliveries that failed together do not return together. */
const JITTER = 0.1;

/** An endpoint cannot delay an attempt further than this. */
const LONGEST_RETRY_AFTER_SECONDS = 86_400;

export type AfterAttempt =
  | { readonly state: "DELIVERED" | "FAILED" | "HELD"; readonly nextAttemptAt: null; readonly isGone: boolean }
  | { readonly state: "PENDING"; readonly nextAttemptAt: number; readonly isGone: false };

/** Only a 2xx delivers. 410 asks for no further event. `step`: the attempts so far, with this one. */
export function afterAttempt(
  { status, retryAfterSeconds }: Pick<AttemptResult, "status" | "retryAfterSeconds">,
  step: number,
  ladder: RetryLadder,
  random: number,
  now: number,
): AfterAttempt {
  if (status !== null && status >= 200 && status < 300) return ended("DELIVERED");
  if (status === 410) return { ...ended("HELD"), isGone: true };
  const delay = ladder[step];
  if (delay === undefined) return ended("FAILED");
  const asked = status === 429 || status === 503 ? (retryAfterSeconds ?? 0) : 0;
  const seconds = Math.max(delay * (1 + JITTER * random), Math.min(asked, LONGEST_RETRY_AFTER_SECONDS));
  return { state: "PENDING", nextAttemptAt: now + Math.round(seconds * 1000), isGone: false };
}

function ended(state: "DELIVERED" | "FAILED" | "HELD") {
  return { state, nextAttemptAt: null, isGone: false } as const;
}
