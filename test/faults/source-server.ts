import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { between, type SeededRandom } from "../fixtures/seeded-random.ts";

export type SourceServer = {
  /** host:port, for SOURCE_ALLOW_HOSTS. */
  readonly host: string;
  url(name: string): string;
  readonly cuts: () => number;
  stop(): Promise<void>;
};

/**
 * Serves one file over HTTP with ranges and an entity tag, and drops the connection in the middle of a share of the
 * answers. `/missing` is not there, and `/empty` has no bytes.
 */
export async function startSourceServer(path: string, random: SeededRandom, cutRate: number): Promise<SourceServer> {
  const { size } = await stat(path);
  let cuts = 0;
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/missing") !== false) {
      response.writeHead(404).end();
      return;
    }
    if (request.url?.startsWith("/empty")) {
      response.writeHead(200, { etag: '"0"', "accept-ranges": "bytes", "content-length": 0 }).end();
      return;
    }
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const range = from > 0 ? { "content-range": `bytes ${from}-${size - 1}/${size}` } : {};
    const headers = { etag: '"1"', "accept-ranges": "bytes", "content-length": size - from, ...range };
    response.writeHead(from > 0 ? 206 : 200, headers);
    const cut = random() < cutRate;
    const end = cut ? from + Math.floor(between(random, 0.1, 0.9) * (size - from)) : size - 1;
    const stream = createReadStream(path, { start: from, end: Math.max(from, end) });
    if (cut) {
      cuts++;
      stream.on("end", () => request.socket.destroy());
      stream.pipe(response, { end: false });
    } else stream.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: (name) => `http://${host}/${name}`,
    cuts: () => cuts,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
