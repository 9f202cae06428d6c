import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/* What the fake platforms share: a server of JSON that misbehaves as it is asked to, and remembers its requests. */

export type PlatformRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, the form of a token request, or null where there is none. */
  readonly body: unknown;
};

export type PlatformAnswer = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * For one request: an answer in place of the platform's own, a reply that is lost after the platform did what it was
 * asked, or a connection that breaks before.
 */
export type Trouble =
  | ({ readonly kind: "answer" } & PlatformAnswer)
  | { readonly kind: "lose-reply" }
  | { readonly kind: "refuse-connection" };

export type FakeHttp = {
  readonly origin: string;
  readonly requests: readonly PlatformRequest[];
  /** For the next requests whose `METHOD path` the pattern matches, in this order. */
  trouble(pattern: RegExp, ...troubles: Trouble[]): void;
  [Symbol.asyncDispose](): Promise<void>;
};

export type Handle = (request: PlatformRequest) => PlatformAnswer | Promise<PlatformAnswer>;

export async function startFakeHttp(handle: Handle): Promise<FakeHttp> {
  const requests: PlatformRequest[] = [];
  const troubles: { pattern: RegExp; trouble: Trouble }[] = [];
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => send(response, { status: 500, body: String(error) }));
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(incoming);
    requests.push(request);
    const at = troubles.findIndex(({ pattern }) => pattern.test(`${request.method} ${request.path}`));
    const trouble = at < 0 ? null : troubles.splice(at, 1)[0]!.trouble;
    if (trouble?.kind === "refuse-connection") return void incoming.socket.destroy();
    if (trouble?.kind === "answer") return send(response, trouble);
    const own = await handle(request);
    if (trouble?.kind === "lose-reply") incoming.socket.destroy();
    else send(response, own);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    trouble: (pattern, ...more) => troubles.push(...more.map((trouble) => ({ pattern, trouble }))),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(incoming: IncomingMessage): Promise<PlatformRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://fake");
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false;
  const body = text === "" ? null : isForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text);
  return { method: incoming.method ?? "", path: pathname, query: searchParams, headers, body };
}

function send(response: ServerResponse, { status, body, headers }: PlatformAnswer): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
