import { storable } from "../../shared/lib/storable-text.ts";
import type { Context } from "../context.ts";
import { redactSecrets } from "../log/redact-secrets.ts";
import type { AnnounceDeps } from "../webhooks/announce-event.ts";
import type { QueueDeps } from "../webhooks/queue-deliveries.ts";

/** What launches use. */
export type LaunchDeps = Pick<
  Context,
  "launches" | "launcher" | "jobs" | "posts" | "settings" | "rules" | "now" | "wait" | "random" | "vault"
> &
  AnnounceDeps &
  QueueDeps;

/** A platform answers a call within seconds; a call that takes longer counts as not answered. */
export const CALL_TIMEOUT_MS = 30_000;

const LONGEST_REASON = 500;

/** The platform's words as they are stored and shown. */
export function shownReason(words: string): string {
  return storable(redactSecrets(words)).slice(0, LONGEST_REASON).toWellFormed();
}
