import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export type HoldingProxy = {
  readonly origin: string;
  /** Resolves when a request of that kind has come; it is held until `release`. */
  held(): Promise<void>;
  release(): void;
  /** Statuses of the answers to held requests, in order. */
  readonly answers: number[];
  stop(): Promise<void>;
};

/** Lets everything through but the requests whose path matches: those wait, as in a network that has stopped. */
export async function startHoldingProxy(target: string, holds: RegExp): Promise<HoldingProxy> {
  const upstream = new URL(target);
  const arrived = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const answers: number[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const isHeld = holds.test(incoming.url ?? "");
    if (isHeld) {
      arrived.resolve();
      await released.promise;
    }
    const { method, url, headers } = incoming;
    const onward = request({ host: upstream.hostname, port: upstream.port, method, path: url, headers }, (reply) => {
      if (isHeld) answers.push(reply.statusCode ?? 0);
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held: () => arrived.promise,
    release: () => released.resolve(),
    answers,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
