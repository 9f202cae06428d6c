import { OPERATIONS, type Operations, type Problem } from "./operations.ts";

export type * from "./operations.ts";

export type OperationId = keyof Operations;

/** What the service answered: a body of the operation, or a problem with a code of the operation. */
export type Result<Id extends OperationId> =
  | ({ readonly ok: true } & Operations[Id]["answers"])
  | {
      readonly ok: false;
      readonly status: number;
      readonly problem: Omit<Problem, "code"> & { readonly code: Operations[Id]["problems"] };
    };

export type Call = {
  readonly signal?: AbortSignal | undefined;
  /** In place of the client's own. */
  readonly token?: string | undefined;
};

type Input<Id extends OperationId> = Operations[Id]["input"];
/** An input without required members may be left out. */
type Arguments<Id extends OperationId> =
  Record<never, never> extends Input<Id> ? [input?: Input<Id>, call?: Call] : [input: Input<Id>, call?: Call];

export type Client = { readonly [Id in OperationId]: (...given: Arguments<Id>) => Promise<Result<Id>> };

export type ClientOptions = {
  /** Where the service is, such as https://video.example. Empty for the page's own origin. */
  readonly baseUrl: string;
  /** An API key, or another bearer token. */
  readonly token?: string | undefined;
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** Milliseconds until a call without its own signal gives up; for ever if absent. */
  readonly timeoutMs?: number | undefined;
};

/** The answer is neither of the service nor a problem: something between it and the client has answered. */
export class UnexpectedAnswer extends Error {
  override readonly name = "UnexpectedAnswer";
  readonly status: number;

  constructor(status: number) {
    super(`an answer with the status ${status} that is not one of this service`);
    this.status = status;
  }
}

/**
 * A method for each operation of the service. A refusal is a value; a service that cannot be reached is thrown by
 * `fetch`, and an answer of something else as UnexpectedAnswer.
 */
export function createClient(options: ClientOptions): Client {
  const methods = Object.entries(OPERATIONS).map(([id, operation]) => [
    id,
    (input: AnyInput = {}, call: Call = {}) => send(options, operation, input, call),
  ]);
  return Object.fromEntries(methods) as Client;
}

type AnyInput = {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
};

type Operation = { readonly method: string; readonly path: string };

async function send(options: ClientOptions, operation: Operation, input: AnyInput, call: Call): Promise<unknown> {
  const { fetch: sendRequest = (request) => fetch(request) } = options;
  const response = await sendRequest(requestOf(options, operation, input, call));
  const { status, ok } = response;
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("application/problem+json")) return { ok: false, status, problem: await response.json() };
  if (!ok) throw new UnexpectedAnswer(status);
  if (status === 204) return { ok, status, body: null };
  return { ok, status, body: type.startsWith("application/json") ? await response.json() : response };
}

function requestOf(options: ClientOptions, { method, path }: Operation, input: AnyInput, call: Call): Request {
  const { baseUrl, timeoutMs } = options;
  const token = call.token ?? options.token;
  const { params = {}, query = {}, body } = input;
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  const signal = call.signal ?? (timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs));
  return new Request(`${baseUrl}${filled}${search === "" ? "" : `?${search}`}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    // A redirect would carry the token to wherever it points.
    redirect: "error",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
}
