import type { CreatedAt } from "../../shared/application/ports/webhook-deliveries.ts";
import type { Context } from "../context.ts";

/** The time of an event that is stored now, and of the first attempt to deliver it. */
export function eventTimes({ settings, now }: Pick<Context, "settings" | "now">): CreatedAt {
  const at = now();
  return { now: at, firstAttemptAt: at + firstWaitMs(settings) };
}

export function firstWaitMs({ WEBHOOK_RETRY_SECONDS }: Pick<Context["settings"], "WEBHOOK_RETRY_SECONDS">): number {
  return Math.round(WEBHOOK_RETRY_SECONDS[0]! * 1000);
}
