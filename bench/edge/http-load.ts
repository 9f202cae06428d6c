import { connect, type Socket } from "node:net";
import { createResponseReader } from "./response-reader.ts";

/** One request after the other on `connections` keep-alive connections, for `milliseconds`. */
export type Load = {
  readonly origin: URL;
  readonly connections: number;
  readonly milliseconds: number;
  /** Path and query of the next request. */
  readonly nextPath: () => string;
  readonly headers?: Readonly<Record<string, string>>;
  /** For a POST. */
  readonly body?: string;
  /** Further headers of the next request, as `name: value\r\n`. A Host replaces that of the socket. */
  readonly nextHeaders?: () => string;
};

export type LoadResult = {
  readonly requests: number;
  readonly seconds: number;
  /** Of every request, from the write to the last byte of the answer. */
  readonly latenciesMs: Float64Array;
  readonly bodyBytes: number;
};

/**
 * A small HTTP/1.1 client over bare sockets, since the load generator must cost less than what it measures. Throws when
 * an answer is not 200: a fast refusal must never count as a fast answer.
 */
export async function runLoad(load: Load): Promise<LoadResult> {
  const latencies: number[] = [];
  const request = requestOf(load);
  const startedAt = performance.now();
  const endsAt = startedAt + load.milliseconds;
  const done = (latencyMs: number) => {
    latencies.push(latencyMs);
    return performance.now() < endsAt;
  };
  const connections = Array.from({ length: load.connections }, () => keepAsking(load, request, done));
  const bodies = await Promise.all(connections);
  return {
    requests: latencies.length,
    seconds: (performance.now() - startedAt) / 1000,
    latenciesMs: Float64Array.from(latencies),
    bodyBytes: bodies.reduce((sum, bytes) => sum + bytes, 0),
  };
}

/** The text of the next request. What does not change is put together once. */
function requestOf({ origin, headers = {}, body, nextPath, nextHeaders = () => "" }: Load): () => string {
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const lines = Object.entries({ ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`);
  const method = body === undefined ? "GET" : "POST";
  const tail = `${lines.join("")}\r\n${body ?? ""}`;
  return () => {
    const more = nextHeaders();
    const host = more.startsWith("host:") ? "" : `host: ${origin.host}\r\n`;
    return `${method} ${nextPath()} HTTP/1.1\r\n${host}${more}${tail}`;
  };
}

/** One connection, until `done` says that the time is over; resolves to the bytes of all bodies. */
function keepAsking(load: Load, request: () => string, done: (latencyMs: number) => boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(load.origin.port), load.origin.hostname).setNoDelay(true);
    let askedAt = 0;
    const ask = () => {
      askedAt = performance.now();
      socket.write(request());
    };
    let bodyBytes = 0;
    const reader = createResponseReader((response) => {
      if (response.status !== 200) return fail(socket, reject, `status ${response.status}`);
      bodyBytes += response.bodyBytes;
      if (done(performance.now() - askedAt)) return ask();
      resolve(bodyBytes);
      socket.destroy();
    });
    socket.once("connect", ask).on("data", reader).on("error", reject);
    socket.once("close", () => reject(new Error("the Worker closed the connection")));
  });
}

function fail(socket: Socket, reject: (error: Error) => void, message: string): void {
  reject(new Error(message));
  socket.destroy();
}
