import type { AuditEvent } from "../../shared/domain/access/audit-event.ts";
import type { AnnounceDeps } from "./announce-event.ts";
import { announce } from "./announce-event.ts";
import { type QueueDeps, queueDueDeliveries } from "./queue-deliveries.ts";

const MINUTE_MS = 60_000;
const TYPE = "session.limit_reached";

/**
 * Session limits among the refusals of the key endpoint, which arrive by a queue. The id is that of the viewer, or else of
 * the token, and of the minute: a viewer who repeats a refused request, in any number of isolates, adds nothing.
 */
export async function announceLimits(events: readonly AuditEvent[], deps: AnnounceDeps & QueueDeps): Promise<void> {
  const reached = events.filter(({ action, reason }) => action === "gate.refuse" && reason === "session-limit");
  if (reached.length === 0 || !(await deps.webhookDeliveries.isWanted(TYPE))) return;
  for (const event of reached) await announce(limitEvent(event), deps);
  await queueDueDeliveries(deps);
}

function limitEvent({ actor, at, videoPostId, fileIndex, details }: AuditEvent) {
  const viewerId = actor.startsWith("viewer:") ? actor.slice("viewer:".length) : null;
  const tokenId = typeof details?.tokenId === "string" ? details.tokenId : null;
  const id = `evt_limit_${viewerId ?? tokenId ?? "various"}_${Math.floor(at / MINUTE_MS)}`;
  return { id, type: TYPE, at, data: { videoPostId, fileIndex, viewerId, tokenId } } as const;
}
