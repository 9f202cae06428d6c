import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { vi } from "vitest";
import entry from "../../../edge/index.ts";
import type { AuditEvent } from "../../../shared/domain/access/audit-event.ts";
import { database } from "./inspection.ts";
import { testEnv } from "./test-env.ts";
import type { TestWorker } from "./worker.ts";

/* What tests of the audit log share: reading it as its readers do, and a queue whose deliveries they decide. */

/** An event as the API shows it. */
export type Shown = Omit<AuditEvent, "at" | "keepUntil"> & {
  readonly at: string;
  readonly keepUntil: string;
  readonly outcome: "done" | "refused";
};

export type Page = { readonly events: readonly Shown[]; readonly nextCursor: string | null };

/** The first page for a query, the newest first. */
export async function readAudit(worker: TestWorker, query: Record<string, string>): Promise<Page> {
  const response = await worker.admin("GET", `/admin/audit?${new URLSearchParams(query)}`);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
}

/** Every row as the database has it, for looking into all columns. */
export async function everyRow(): Promise<Record<string, unknown>[]> {
  const rows = await database.rows<{ id: string }>("audit_event");
  return rows.toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/** A queue that keeps what is sent until a test delivers it; `failing` refuses everything. */
export function heldQueue(): { binding: Queue<AuditEvent>; sent: AuditEvent[]; failing: boolean } {
  const queue = { sent: [] as AuditEvent[], failing: false, binding: null as unknown as Queue<AuditEvent> };
  const take = (bodies: AuditEvent[]) => {
    if (queue.failing) throw new Error("the queue is away");
    // As the queue does it: what cannot be JSON does not arrive.
    queue.sent.push(...(JSON.parse(JSON.stringify(bodies)) as AuditEvent[]));
  };
  const binding = {
    send: async (body: AuditEvent) => take([body]),
    sendBatch: async (messages: Iterable<MessageSendRequest<AuditEvent>>) =>
      take([...messages].map(({ body }) => body)),
  };
  queue.binding = binding as unknown as Queue<AuditEvent>;
  return queue;
}

/** Hands messages to the Worker's queue handler, as the platform does. `delays` are of those that are to come again. */
export async function deliver(bodies: readonly unknown[], env: Partial<typeof testEnv> = {}, attempts = 1) {
  const messages = bodies.map((body, index) => ({ id: `m${index}`, timestamp: new Date(), attempts, body }));
  const batch = createMessageBatch("ladderlock-audit-events", messages);
  const retries = batch.messages.map((message) => vi.spyOn(message, "retry"));
  await entry.queue(batch as never, { ...testEnv, ...env } as never);
  const { explicitAcks } = await getQueueResult(batch, createExecutionContext());
  const delays = retries.flatMap(({ mock }) => mock.calls.map(([options]) => options?.delaySeconds));
  return { acknowledged: explicitAcks, delays };
}

/** What was left to `waitUntil`, and what that left to it in its turn. */
export async function allSettled(worker: TestWorker): Promise<void> {
  for (let round = 0; round < 5; round++) await worker.settled();
}
