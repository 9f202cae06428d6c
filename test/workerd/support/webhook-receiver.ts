import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { Webhook } from "standardwebhooks";
import { handleMessages } from "../../../edge/handle-messages.ts";
import type { DeliverWebhookMessage } from "../../../edge/queues/messages.ts";
import { testEnv } from "./test-env.ts";
import { startWorker, type TestWorker } from "./worker.ts";

/* A site that receives webhooks, and a queue whose deliveries the test decides. */

export type Received = { readonly id: string; readonly body: string; readonly headers: Record<string, string> };

export type Receiver = {
  readonly received: Received[];
  /** The next answers; 200 when there are none. A function may throw, as a network does. */
  answers: (() => Response | Promise<Response>)[];
  /** What the Worker sends requests with. */
  readonly send: (url: string, init: RequestInit) => Promise<Response>;
};

export function startReceiver(): Receiver {
  const receiver: Receiver = {
    received: [],
    answers: [],
    send: async (url, init) => {
      const request = new Request(url, init);
      const headers = Object.fromEntries(request.headers);
      receiver.received.push({ id: headers["webhook-id"] ?? "", body: await request.text(), headers });
      const answer = receiver.answers.shift();
      return answer === undefined ? new Response("thanks") : answer();
    },
  };
  return receiver;
}

export const answering =
  (status: number, headers: Record<string, string> = {}, body: string | null = "no") =>
  () =>
    new Response([204, 304].includes(status) ? null : body, { status, headers });

/** As a receiver does it, with the public library; `at` is its clock. */
export function verified({ body, headers }: Received, secret: string, at = Date.now()): Record<string, unknown> {
  const now = Date.now;
  Date.now = () => at;
  try {
    return new Webhook(secret).verify(body, headers) as Record<string, unknown>;
  } finally {
    Date.now = now;
  }
}

type Sent = { readonly body: DeliverWebhookMessage; readonly delaySeconds: number };

export type WebhookQueue = { readonly binding: Queue<DeliverWebhookMessage>; readonly sent: Sent[]; failing: boolean };

/** Keeps what is sent until a test delivers it. */
export function heldWebhooks(): WebhookQueue {
  const take = (messages: Iterable<MessageSendRequest<DeliverWebhookMessage>>) => {
    if (queue.failing) throw new Error("the queue is away");
    for (const { body, delaySeconds = 0 } of messages) queue.sent.push({ body, delaySeconds });
  };
  const binding = {
    send: async (body: DeliverWebhookMessage, options: QueueSendOptions = {}) => take([{ body, ...options }]),
    sendBatch: async (messages: Iterable<MessageSendRequest<DeliverWebhookMessage>>) => take(messages),
  } as unknown as Queue<DeliverWebhookMessage>;
  const queue: WebhookQueue = { binding, sent: [], failing: false };
  return queue;
}

export type WebhookTest = {
  readonly worker: TestWorker;
  readonly queue: WebhookQueue;
  readonly receiver: Receiver;
  /** Moves the Worker's clock, which stands still otherwise. */
  advance(ms: number): void;
  /** Waits for the delay of the next message on the Worker's clock and delivers it. Returns the delay, in seconds. */
  step(): Promise<number>;
  /** Delivers until nothing is queued. Returns the delays. */
  drain(): Promise<number[]>;
};

/** `send`: the network where the receiver is not it. */
export function startWebhookTest(
  settings: Record<string, unknown> = {},
  random = 0,
  send?: Receiver["send"],
): WebhookTest {
  const queue = heldWebhooks();
  const receiver = startReceiver();
  // Whole seconds, as the dates of HTTP are.
  let clock = Math.floor(Date.now() / 1000) * 1000;
  const advance = (ms: number) => {
    clock += ms;
  };
  const options = { now: () => clock, random: () => random, sendRequest: send ?? receiver.send };
  const worker = startWorker({ ...settings, WEBHOOKS: queue.binding as never }, options);
  const step = async () => {
    const next = queue.sent.shift();
    if (next === undefined) throw new Error("nothing is queued");
    advance(next.delaySeconds * 1000);
    await deliverMessages(worker, [next.body]);
    return next.delaySeconds;
  };
  const drain = async () => {
    const delays = [];
    while (queue.sent.length > 0) delays.push(await step());
    return delays;
  };
  return { worker, queue, receiver, advance, step, drain };
}

/** Hands messages to the Worker, as the platform does, each acknowledged. */
export async function deliverMessages(worker: TestWorker, bodies: readonly DeliverWebhookMessage[]): Promise<void> {
  const messages = bodies.map((body, index) => ({ id: `m${index}`, timestamp: new Date(), attempts: 1, body }));
  const batch = createMessageBatch("ladderlock-webhooks", messages);
  await handleMessages(batch, worker.context);
  const { explicitAcks } = await getQueueResult(batch, createExecutionContext());
  if (explicitAcks.length !== bodies.length) throw new Error("a message was not acknowledged");
}

export type Endpoint = { readonly webhookId: string; readonly secret: string };

export async function createEndpoint(worker: TestWorker, more: Record<string, unknown> = {}): Promise<Endpoint> {
  const response = await worker.admin("POST", "/api/v2/webhooks", { url: "https://site.example/hooks", ...more });
  if (response.status !== 201) throw new Error(await response.text());
  return response.json();
}

export async function removeEndpoints(worker: TestWorker): Promise<void> {
  for (const { id } of await worker.context.webhookEndpoints.list()) await worker.context.webhookEndpoints.delete(id);
}

export const jsonOf = async <T = Record<string, unknown>>(response: Response | Promise<Response>): Promise<T> =>
  (await response).json();

export { testEnv };
