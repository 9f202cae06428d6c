import { type Client, createClient, type OperationId, type Result, UnexpectedAnswer } from "../../client/index.ts";
import type { OperatorConfig } from "../config/config.ts";

type BodyOf<Id extends OperationId> = Extract<Result<Id>, { readonly ok: true }>["body"];

/**
 * The API with the administrators' key, for commands that people type: one try, and plain answers. Every call may throw
 * OperatorRefusal or OperatorUnreachable.
 */
export type OperatorClient = {
  readonly [Id in OperationId]: (...given: Parameters<Client[Id]>) => Promise<BodyOf<Id>>;
};

/** The Worker understood and said no; the message is its reason. */
export class OperatorRefusal extends Error {
  override readonly name = "OperatorRefusal";
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

export class OperatorUnreachable extends Error {
  override readonly name = "OperatorUnreachable";
}

const REPLY_MS = 30_000;

export function createOperatorClient({ serviceUrl, adminApiKey }: OperatorConfig): OperatorClient {
  const client = createClient({ baseUrl: serviceUrl, token: adminApiKey, timeoutMs: REPLY_MS });
  type AnyCall = (...given: readonly unknown[]) => Promise<Result<OperationId>>;
  const calls = Object.entries(client as Readonly<Record<string, AnyCall>>).map(([id, call]) => [
    id,
    (...given: readonly unknown[]) => bodyOf(() => call(...given)),
  ]);
  return Object.fromEntries(calls) as OperatorClient;
}

async function bodyOf(call: () => Promise<Result<OperationId>>): Promise<unknown> {
  let result: Result<OperationId>;
  try {
    result = await call();
  } catch (cause) {
    if (cause instanceof UnexpectedAnswer) throw faultOf(cause.status, "no reason given");
    throw new OperatorUnreachable("The video service could not be reached. Is the address of the server right?", {
      cause,
    });
  }
  if (result.ok) return result.body;
  const { title, detail } = result.problem;
  throw faultOf(result.status, [title, detail].filter(Boolean).join(": "));
}

function faultOf(status: number, reason: string): OperatorRefusal | OperatorUnreachable {
  const message = `The video service answered ${status}: ${reason}.`;
  if (status >= 500) return new OperatorUnreachable(message);
  return new OperatorRefusal(status === 401 ? `${message} Is the API key one of this Worker?` : message, status);
}

type Page = { readonly nextCursor: string | null };

/** Page after page, until none is left. */
export async function* pagesOf<P extends Page>(read: (cursor: string | undefined) => Promise<P>): AsyncGenerator<P> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: P = await read(cursor);
    yield page;
    cursor = page.nextCursor;
  }
}
