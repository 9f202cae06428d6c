export const ENDPOINT_STATES = ["ENABLED", "DISABLED"] as const;
export type EndpointState = (typeof ENDPOINT_STATES)[number];

/** REQUESTED: by a caller of the API. GONE: the endpoint answered 410. */
export const DISABLED_REASONS = ["REQUESTED", "GONE"] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** Where events are sent. */
export type WebhookEndpoint = {
  readonly id: string;
  readonly url: string;
  /** Names of events, `group.*` or `*`. */
  readonly events: readonly string[];
  readonly description: string;
  readonly state: EndpointState;
  /** Null while it is enabled. */
  readonly disabledReason: DisabledReason | null;
  readonly disabledAt: number | null;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** A signing secret as the database has it. */
export type WebhookSecret = {
  readonly id: string;
  readonly wrappedSecret: string;
  readonly kekId: string;
  readonly createdAt: number;
  /** Null for the secret that signs until it is rotated. */
  readonly expiresAt: number | null;
};

/** Each event is stored and sent once for each endpoint. */
export const MOST_ENDPOINTS = 20;
