import type { WebhookDelivery, WebhookEndpoint } from "../../../client/index.ts";
import { Badge, type Tone } from "../../components/badge.tsx";

const DELIVERIES: Readonly<Record<WebhookDelivery["state"], { readonly label: string; readonly tone: Tone }>> = {
  PENDING: { label: "On its way", tone: "busy" },
  DELIVERED: { label: "Delivered", tone: "good" },
  FAILED: { label: "Failed", tone: "bad" },
  HELD: { label: "Held", tone: "waiting" },
};

export function deliveryStateLabel(state: WebhookDelivery["state"]): string {
  return DELIVERIES[state].label;
}

export function DeliveryStateBadge({ state }: Pick<WebhookDelivery, "state">) {
  const { label, tone } = DELIVERIES[state];
  return <Badge tone={tone}>{label}</Badge>;
}

export function EndpointStateBadge({ state, disabledReason }: Pick<WebhookEndpoint, "state" | "disabledReason">) {
  if (state === "ENABLED") return <Badge tone="good">Enabled</Badge>;
  return <Badge tone="waiting">{disabledReason === "GONE" ? "Disabled: it answered 410" : "Disabled"}</Badge>;
}
