import type { WebhookEndpoint, WebhookSecret } from "../../shared/domain/webhooks/webhook-endpoint.ts";
import type { WebhookEventType } from "../../shared/domain/webhooks/webhook-event.ts";
import { NOW } from "./steps.ts";

export function sampleEndpoint(id: string, more: Partial<WebhookEndpoint> = {}): WebhookEndpoint {
  return {
    id,
    url: `https://${id}.example/hooks`,
    events: ["*"],
    description: "",
    state: "ENABLED",
    disabledReason: null,
    disabledAt: null,
    createdBy: "api-key:admin",
    createdAt: NOW,
    updatedAt: NOW,
    ...more,
  };
}

export function sampleSecret(id: string, more: Partial<WebhookSecret> = {}): WebhookSecret {
  return { id, kekId: "k1", wrappedSecret: `wrapped ${id}`, createdAt: NOW, expiresAt: null, ...more };
}

export function sampleEvent(id: string, type: WebhookEventType = "post.published", at = NOW) {
  return { id, type, at, body: JSON.stringify({ type, id }) };
}
