import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { pipeline } from "node:stream";
import type { Certificate } from "./certificate.ts";

export type WayOut = {
  /** For the program of the container. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
};

export type WayOutOptions = {
  readonly objectId: string;
  /** The Worker of the containers. */
  readonly worker: URL;
  readonly certificate: Certificate;
};

const PRELOADED = new URL("intercepted-connections.ts", import.meta.url);

/** What is between a container and its object: each HTTP and HTTPS request of its program, whatever its host. */
export async function openWayOut({ objectId, worker, certificate }: WayOutOptions): Promise<WayOut> {
  const pass = (scheme: string) => (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const headers = {
      ...incoming.headers,
      "x-fake-object": objectId,
      "x-fake-url": `${scheme}://${incoming.headers.host}${incoming.url}`,
    };
    const { method } = incoming;
    const passed = request(new URL("/fake/object", worker), { method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      pipeline(answer, outgoing, () => {});
    });
    passed.on("error", () => outgoing.destroy());
    outgoing.on("close", () => passed.destroy());
    incoming.pipe(passed);
  };
  const servers = [
    createServer(pass("http")),
    createTlsServer({ cert: certificate.certificate, key: certificate.key }, pass("https")),
  ];
  const [http, https] = await Promise.all(servers.map(listening));
  return {
    env: {
      NODE_OPTIONS: `--import=${PRELOADED}`,
      FAKE_HTTP_PORT: String(http),
      FAKE_HTTPS_PORT: String(https),
    },
    close: async () => {
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
