import { Agent, request } from "node:http";
import type { Isolate } from "../../test/fixtures/isolates/three-isolates.ts";

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export type Answer = { readonly status: number; readonly body: Buffer };
export type Asked = {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

/**
 * One request to an isolate, on connections that are used again. The body is as it was sent, compressed or not. The
 * server may close a connection at the moment at which it is used: such a request is sent once more.
 */
export async function ask(isolate: Isolate, asked: Asked): Promise<Answer> {
  try {
    return await send(isolate, asked);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ECONNRESET") return send(isolate, asked);
    throw error;
  }
}

function send({ origin }: Isolate, { method = "GET", path, headers = {}, body }: Asked): Promise<Answer> {
  const text = body === undefined ? "" : JSON.stringify(body);
  const length = text === "" ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
  const options = { agent, host: origin.hostname, port: origin.port, method, path, headers: { ...headers, ...length } };
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces) }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(text);
  });
}

export function closeConnections(): void {
  agent.destroy();
}
