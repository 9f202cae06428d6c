import type { DisabledReason, WebhookEndpoint, WebhookSecret } from "../../domain/webhooks/webhook-endpoint.ts";

/** Endpoints of webhooks and their signing secrets. */
export interface WebhookEndpoints {
  /** False when there are `most` endpoints already. */
  create(endpoint: WebhookEndpoint, secret: WebhookSecret, most: number): Promise<boolean>;
  find(id: string): Promise<WebhookEndpoint | null>;
  /** The oldest first. */
  list(): Promise<readonly WebhookEndpoint[]>;
  /** Null when there is no such endpoint. An endpoint that is disabled already keeps its reason and time. */
  update(id: string, change: EndpointChange, now: number): Promise<WebhookEndpoint | null>;
  /** Deletes the secrets too, and holds what was not delivered. False when there is no such endpoint. */
  delete(id: string): Promise<boolean>;
  /**
   * The new secret signs from now on, the others until `oldExpiresAt` at the latest: a rotation that is repeated after a
   * lost answer does not end the secret in use. At most four are kept, the newest.
   */
  rotateSecret(id: string, secret: WebhookSecret, oldExpiresAt: number): Promise<boolean>;
  /** The same for what encoder jobs send to their `webhookUrl`; also creates the first secret. */
  rotateJobSecret(secret: WebhookSecret, oldExpiresAt: number): Promise<void>;
  /** Whether there is a secret for what encoder jobs send. */
  hasJobSecret(): Promise<boolean>;
  /** Deletes secrets whose time is over. */
  deleteExpiredSecrets(now: number): Promise<void>;
}

export type EndpointChange = {
  readonly url?: string | undefined;
  readonly events?: readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly enabled?: boolean | undefined;
  /** Why, where `enabled` is false. */
  readonly reason?: DisabledReason | undefined;
};
