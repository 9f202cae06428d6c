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
  const tail = requestTail(load);
  const startedAt = performance.now();
  const endsAt = startedAt + load.milliseconds;
  const done = (latencyMs: number) => {
    latencies.push(latencyMs);
    return performance.now() < endsAt;
  };
  const connections = Array.from({ length: load.connections }, () => keepAsking(load, tail, done));
  const bodies = await Promise.all(connections);
  return {
    requests: latencies.length,
    seconds: (performance.now() - startedAt) / 1000,
    latenciesMs: Float64Array.from(latencies),
    bodyBytes: bodies.reduce((sum, bytes) => sum + bytes, 0),
  };
}

function requestTail({ origin, headers = {} }: Load): string {
  const lines = Object.entries({ host: origin.host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return ` HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** One connection, until `done` says that the time is over; resolves to the bytes of all bodies. */
function keepAsking(load: Load, tail: string, done: (latencyMs: number) => boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(load.origin.port), load.origin.hostname).setNoDelay(true);
    let askedAt = 0;
    const ask = () => {
      askedAt = performance.now();
      socket.write(`GET ${load.nextPath()}${tail}`);
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
