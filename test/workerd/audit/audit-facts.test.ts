import { beforeAll, expect, it } from "vitest";
import { DEFINITIONS } from "../../../edge/api/definitions/all.ts";
import { AUDIT_ACTIONS, type AuditAction } from "../../../edge/audit/audit-actions.ts";
import { createKey } from "../support/admin-callers.ts";
import { allSettled, deliver, heldQueue, readAudit, type Shown } from "../support/audited.ts";
import { documentedExchanges } from "../support/documented-exchanges.ts";
import { publishPost } from "../support/published-post.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/* Every route that is audited, once it has succeeded: the event of its action has every detail that the action promises. */

const queue = heldQueue();
const worker: TestWorker = startWorker({ AUDIT_EVENTS: queue.binding });

const AUDITED = [...new Set(DEFINITIONS.flatMap(({ audit }) => audit ?? []))];

beforeAll(async () => {
  const { videoPostId } = await publishPost(worker);
  await documentedExchanges(worker);
  // What the documentation describes without an example of a success.
  const key = `videoPostId=${videoPostId}&fileIndex=0&quality=480p&keyVersion=1`;
  await (await worker.admin("GET", `/admin/video/enc/key?${key}`)).arrayBuffer();
  const started = await worker.admin("POST", "/admin/video/enc/rotations", { selection: { videoPostId } });
  const { batchId } = (await started.json()) as { batchId: string };
  await worker.admin("POST", `/admin/video/enc/rotations/${batchId}/resume`);
  await createKey(worker, ["posts:read"]);
  const uploadTokens = (await (await worker.admin("GET", "/api/v2/upload-tokens")).json()) as {
    items: { tokenId: string }[];
  };
  await worker.admin("DELETE", `/api/v2/upload-tokens/${uploadTokens.items[0]?.tokenId}`);
  const range = "from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z";
  await (await worker.admin("GET", `/admin/audit/export?${range}`)).arrayBuffer();
  await allSettled(worker);
  await deliver(queue.sent.splice(0));
});

it.each(AUDITED)("%s sets its audit facts on success", async (action: AuditAction) => {
  const { events } = await readAudit(worker, { action, outcome: "done", limit: "1" });
  const [event] = events as readonly Shown[];
  expect(event, `no example succeeds with ${action}`).toBeDefined();
  const { details } = AUDIT_ACTIONS[action];
  const recorded = Object.keys(event?.details ?? {});
  expect(details.filter((name) => !recorded.includes(name))).toEqual([]);
});
