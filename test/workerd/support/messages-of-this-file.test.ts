import { expect, it, vi } from "vitest";
import { type AuditEvent, auditEvent } from "../../../shared/domain/access/audit-event.ts";
import { everyRow } from "./audited.ts";
import { startTestFile } from "./messages-of-this-file.ts";
import { testEnv } from "./test-env.ts";

function eventOf(actor: string): AuditEvent {
  const nothing = {
    videoPostId: null,
    fileIndex: null,
    reason: null,
    clientAddress: null,
    country: null,
    details: null,
  };
  return auditEvent({ ...nothing, actor, action: "post.create", status: 201 }, 1, Date.now(), 400);
}

const send = (actor: string) => testEnv.AUDIT_EVENTS.send({ ...eventOf(actor), kind: "audit-event" } as never);

/* Files share a runtime, and so its queues. */
it("what a test file leaves in a queue is not written during the next one", async () => {
  await send("earlier");
  await scheduler.wait(20);
  startTestFile();
  await scheduler.wait(20);
  await send("later");
  const actors = async () => (await everyRow()).map(({ actor }) => actor);
  await vi.waitUntil(async () => (await actors()).includes("later"), { timeout: 20_000 });
  expect(await actors()).toEqual(["later"]);
});
