import type { FileToSend } from "./file-to-send.ts";
import type { Problem } from "./operations.ts";

/** The types of one operation, as the generated tables state them. */
type OperationTypes = {
  readonly input: object;
  readonly answers: { readonly status: number; readonly body: unknown };
  readonly problems: string;
  readonly idempotent?: true;
};

/** What the service answered: a body of the operation, or a problem with a code of the operation. */
export type ResultOf<O extends OperationTypes> =
  | ({ readonly ok: true } & O["answers"])
  | {
      readonly ok: false;
      readonly status: number;
      readonly problem: Omit<Problem, "code"> & { readonly code: O["problems"] };
      /** Of the header Retry-After; null if the service names no time. */
      readonly retryAfterSeconds: number | null;
    };

export type Call = {
  readonly signal?: AbortSignal | undefined;
  /** In place of the client's own. */
  readonly token?: string | undefined;
};

/** Of an operation whose repeats the service recognises. */
export type IdempotentCall = Call & {
  /** 1 to 255 visible characters, the same for every repeat of one request: the service carries it out once. */
  readonly idempotencyKey?: string | undefined;
};

type CallOf<O extends OperationTypes> = O extends { readonly idempotent: true } ? IdempotentCall : Call;

/** An input without required members may be left out. */
type Arguments<O extends OperationTypes> =
  Record<never, never> extends O["input"]
    ? [input?: O["input"], call?: CallOf<O>]
    : [input: O["input"], call?: CallOf<O>];

export type Methods<Operations extends Record<keyof Operations, OperationTypes>> = {
  readonly [Id in keyof Operations]: (...given: Arguments<Operations[Id]>) => Promise<ResultOf<Operations[Id]>>;
};

export type ClientOptions = {
  /** Where the service is, such as https://video.example. Empty for the page's own origin. */
  readonly baseUrl: string;
  /** An API key, or another bearer token. */
  readonly token?: string | undefined;
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** Milliseconds until a call gives up, whatever its signal does; for ever if absent. */
  readonly timeoutMs?: number | undefined;
};

/** The answer is neither of the service nor a problem: something between it and the client has answered. */
export class UnexpectedAnswer extends Error {
  override readonly name = "UnexpectedAnswer";
  readonly status: number;
  readonly retryAfterSeconds: number | null;
  /** The start of the body. */
  readonly excerpt: string;

  constructor({ status, headers }: Response, text: string) {
    super(`an answer with the status ${status} that is not one of this service`);
    this.status = status;
    this.retryAfterSeconds = retryAfterIn(headers);
    this.excerpt = text.slice(0, 500);
  }
}

/** A refusal, thrown by `bodyOf`. */
export class RefusedCall extends Error {
  override readonly name = "RefusedCall";
  readonly status: number;
  readonly code: string;

  constructor({ title, detail, code }: Pick<Problem, "title" | "detail" | "code">, status: number) {
    super(detail === undefined ? title : `${title}: ${detail}`);
    this.status = status;
    this.code = code;
  }
}

/** The body of an answer, for programs in which every refusal is an error. */
export function bodyOf<R extends ResultOf<OperationTypes>>(result: R): Extract<R, { readonly ok: true }>["body"] {
  if (!result.ok) throw new RefusedCall(result.problem, result.status);
  return result.body;
}

/** Where an operation is, and whether it answers with bytes or streams too. */
export type Operation = { readonly method: string; readonly path: string; readonly files?: true };

/** A method for each operation of the table. */
export function methodsOf<Operations extends Record<keyof Operations, OperationTypes>>(
  table: Readonly<Record<keyof Operations, Operation>>,
  options: ClientOptions,
): Methods<Operations> {
  const methods = Object.entries<Operation>(table).map(([id, operation]) => [
    id,
    (input: AnyInput = {}, call: IdempotentCall = {}) => send(options, operation, input, call),
  ]);
  return Object.fromEntries(methods) as Methods<Operations>;
}

type AnyInput = {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly file?: FileToSend<string>;
};

async function send(
  options: ClientOptions,
  operation: Operation,
  input: AnyInput,
  call: IdempotentCall,
): Promise<unknown> {
  const { fetch: sendRequest = (request) => fetch(request) } = options;
  const response = await sendRequest(requestOf(options, operation, input, call));
  const { status, ok, headers } = response;
  if (status === 204) return { ok, status, body: null };
  const type = (headers.get("content-type") ?? "").split(";", 1)[0];
  if (ok && operation.files === true && type !== "application/json") return { ok, status, body: response };
  const text = await response.text();
  const value = type === (ok ? "application/json" : "application/problem+json") ? parsed(text) : undefined;
  if (ok && value !== undefined) return { ok, status, body: value };
  if (isProblem(value)) return { ok, status, problem: value, retryAfterSeconds: retryAfterIn(headers) };
  throw new UnexpectedAnswer(response, text);
}

function requestOf(
  options: ClientOptions,
  { method, path }: Operation,
  input: AnyInput,
  call: IdempotentCall,
): Request {
  const { baseUrl, timeoutMs } = options;
  const token = call.token ?? options.token;
  const { params = {}, query = {}, file } = input;
  const sent = input.body === undefined ? file : { type: "application/json", content: JSON.stringify(input.body) };
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  const signal = endOf(call.signal, timeoutMs);
  return new Request(`${baseUrl}${filled}${search === "" ? "" : `?${search}`}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(sent === undefined ? {} : { "content-type": sent.type }),
      ...(call.idempotencyKey === undefined ? {} : { "idempotency-key": call.idempotencyKey }),
    },
    // A redirect would carry the token to wherever it points. Workers do not know "error".
    redirect: "manual",
    ...(sent === undefined ? {} : { body: sent.content }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Safari 16 has no AbortSignal.any: it is called only where both are given. */
function endOf(signal: AbortSignal | undefined, timeoutMs: number | undefined): AbortSignal | undefined {
  if (timeoutMs === undefined) return signal;
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && typeof value.code === "string";
}

function retryAfterIn(headers: Headers): number | null {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
