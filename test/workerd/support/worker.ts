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
  options: Pick<ContextOptions, "persistence" | "fetch" | "wait"> = {},
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

/** Counts the round trips to D1: a batch is one, however many statements it has. */
export function countingDatabase(db: D1Database): { db: D1Database; trips(): number; reset(): void } {
  let trips = 0;
  const SENDING = ["run", "all", "first", "raw"];
  const countedStatement = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get(target, property) {
        const member = Reflect.get(target, property) as unknown;
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => {
          if (property === "bind") return countedStatement(member.apply(target, args));
          if (SENDING.includes(String(property))) trips++;
          return member.apply(target, args);
        };
      },
    });
  const originals = new WeakMap<object, D1PreparedStatement>();
  const counted = new Proxy(db, {
    get(target, property) {
      if (property === "prepare") {
        return (text: string) => {
          const statement = target.prepare(text);
          return remember(countedStatement(statement), statement);
        };
      }
      if (property === "batch") {
        return (statements: D1PreparedStatement[]) => {
          trips++;
          return target.batch(statements.map((statement) => originals.get(statement) ?? statement));
        };
      }
      const member = Reflect.get(target, property) as unknown;
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  function remember(proxy: D1PreparedStatement, statement: D1PreparedStatement): D1PreparedStatement {
    return new Proxy(proxy, {
      get(target, property) {
        if (property === "bind") {
          return (...values: unknown[]) => {
            const bound = statement.bind(...values);
            const wrapped = countedStatement(bound);
            originals.set(wrapped, bound);
            return wrapped;
          };
        }
        return Reflect.get(target, property);
      },
    });
  }
  return {
    db: counted,
    trips: () => trips,
    reset: () => {
      trips = 0;
    },
  };
}
