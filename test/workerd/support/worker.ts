import { type Context, type ContextOptions, createContext } from "../../../edge/context.ts";
import { createRequestHandler } from "../../../edge/request-handler.ts";
import { checkResponse } from "./check-response.ts";
import { asInvocation } from "./d1-limits.ts";
import { type TestSettings, testEnv } from "./test-env.ts";

/** The Worker under test, in the same isolate as the test: real D1, R2 and Durable Objects, a clock that can be set. */
export type TestWorker = {
  readonly context: Context;
  /** Moves the Worker's clock, in milliseconds. */
  advance(ms: number): void;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  admin(method: string, path: string, body?: unknown): Promise<Response>;
  /** What was left to `waitUntil`. */
  settled(): Promise<void>;
};

export const ORIGIN = "https://video.example";

/** `fetch` stands for the network that viewers' issuers are on. Nothing waits unless `wait` is given. */
export function startWorker(
  settings: TestSettings = {},
  options: Pick<ContextOptions, "persistence" | "fetch" | "wait" | "now" | "random" | "sendRequest" | "launcher"> = {},
): TestWorker {
  let offset = 0;
  const env = { ...testEnv, ...settings };
  const context = createContext({ env, now: () => Date.now() + offset, wait: async () => {}, ...options });
  const handle = createRequestHandler(context);
  const pending: Promise<unknown>[] = [];
  const execution = {
    waitUntil: (promise: Promise<unknown>) => pending.push(promise),
    passThroughOnException() {},
    props: {},
  };
  const send = async (path: string, init?: RequestInit) => {
    const request = new Request(`${ORIGIN}${path}`, init);
    const response = await asInvocation(() => handle(request, execution as never));
    await checkResponse(request.method, new URL(request.url).pathname, response);
    return response;
  };
  return {
    context,
    advance: (ms) => {
      offset += ms;
    },
    fetch: send,
    admin: (method, path, body) =>
      send(path, {
        method,
        headers: { authorization: `Bearer ${testEnv.ADMIN_API_KEY}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    settled: async () => {
      await Promise.all(pending.splice(0));
    },
  };
}
