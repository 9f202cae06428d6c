import type { Context } from "../context.ts";

const DAY_MS = 86_400_000;
const ROWS_PER_STATEMENT = 500;
/** Statements per minute, so that a backlog does not occupy the database. */
const STATEMENTS_PER_SWEEP = 20;

/** Deletes webhooks that are older than the retention, and secrets whose time is over. The next sweep deletes the rest. */
export async function expireWebhooks(
  {
    webhookDeliveries,
    webhookEndpoints,
    settings,
  }: Pick<Context, "webhookDeliveries" | "webhookEndpoints" | "settings">,
  now: number,
): Promise<void> {
  await webhookEndpoints.deleteExpiredSecrets(now);
  const before = now - settings.WEBHOOK_RETENTION_DAYS * DAY_MS;
  for (let statement = 0; statement < STATEMENTS_PER_SWEEP; statement++) {
    if ((await webhookDeliveries.deleteBefore(before, ROWS_PER_STATEMENT)) < ROWS_PER_STATEMENT) break;
  }
}
