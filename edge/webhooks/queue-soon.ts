import { logError } from "../log/log.ts";
import { type QueueDeps, queueDueDeliveries } from "./queue-deliveries.ts";

/** Sends what is due behind the answer. The Cron Trigger queues what is not queued here. */
export function queueSoon(deps: QueueDeps, execution: Pick<ExecutionContext, "waitUntil">): void {
  execution.waitUntil(queueDueDeliveries(deps).catch((error) => logError("webhooks", error)));
}
