import { describe, expect, it, vi } from "vitest";
import { createRequestHandler } from "../../../edge/request-handler.ts";
import { bearer } from "../support/admin-callers.ts";
import { allSettled, heldQueue } from "../support/audited.ts";
import { onStatements, throws, waitsFor } from "../support/faults.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const NOBODYS = "019a0000-0000-7000-8000-00000000dead";

describe("an event that the database does not accept", () => {
  /** D1, but for the audit log. */
  const { bindings: withoutAudit } = faultyDatabase(onStatements(/INTO audit_event/, throws("D1 is away")));

  const rotate = (of: TestWorker) => of.admin("POST", "/admin/video/enc/rotate", { videoPostId: NOBODYS });

  it("is sent to the queue, after the action and before the response", async () => {
    const held = heldQueue();
    expect((await rotate(startWorker({ ...withoutAudit, AUDIT_EVENTS: held.binding }))).status).toBe(404);
    expect(held.sent).toMatchObject([{ action: "keys.rotate", actor: "api-key:admin", status: 404 }]);
  });

  it("is a line of the log, whole and without a secret, while the queue is unavailable too", async () => {
    const held = heldQueue();
    held.failing = true;
    const lines: string[] = [];
    const errors = vi.spyOn(console, "error").mockImplementation((line) => void lines.push(String(line)));
    try {
      expect((await rotate(startWorker({ ...withoutAudit, AUDIT_EVENTS: held.binding }))).status).toBe(404);
    } finally {
      errors.mockRestore();
    }
    const lost = lines.map((line) => JSON.parse(line)).filter(({ lost }) => lost !== undefined);
    expect(lost).toMatchObject([{ at: "audit", lost: { action: "keys.rotate", actor: "api-key:admin", status: 404 } }]);
    expect(lines.join("\n")).not.toContain(testEnv.ADMIN_API_KEY);
  });

  it("is written though the caller has hung up: the request is held until then", async () => {
    const kept: Promise<unknown>[] = [];
    const execution = {
      waitUntil: (work: Promise<unknown>) => kept.push(work),
      passThroughOnException() {},
      props: {},
    };
    const request = new Request("https://video.example/admin/video/enc/rotate", {
      method: "POST",
      headers: bearer(testEnv.ADMIN_API_KEY as string),
      body: JSON.stringify({ videoPostId: NOBODYS }),
    });
    const { context } = startWorker();
    const append = vi.spyOn(context.auditLog, "append");
    const answer = createRequestHandler(context)(request, execution as never);
    // Held before anything was awaited, and until the event is written.
    expect(kept).toHaveLength(1);
    await kept[0];
    await expect(append.mock.results[0]?.value).resolves.toBeUndefined();
    await answer;
  });

  it("reports a token issue that the database was too slow for as the failure that the caller saw", async () => {
    const held = heldQueue();
    const gate = Promise.withResolvers<void>();
    const { bindings: slow } = faultyDatabase(onStatements(/JOIN video_file_post/, waitsFor(gate.promise)));
    const worker = startWorker({ ...slow, AUDIT_EVENTS: held.binding });
    const response = await worker.admin("POST", "/admin/video/enc/token", { videoPostId: NOBODYS, fileIndex: 0 });
    expect(response.status).toBe(503);
    await response.arrayBuffer();
    gate.resolve();
    await allSettled(worker);
    expect(held.sent).toMatchObject([
      { action: "token.issue", status: 503, videoPostId: NOBODYS, actor: "api-key:admin" },
    ]);
  });
});
