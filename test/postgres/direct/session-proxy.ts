import { connect, createServer, type Socket } from "node:net";

/** Stands between a client and Postgres, as a pooler does. */
export type SessionProxy = AsyncDisposable & { readonly url: string };

type Change = {
  /** Of a chunk to the server; an answer to send instead, or null to pass it on. */
  readonly fromClient?: (chunk: Buffer) => Buffer | null;
  readonly fromServer?: (chunk: Buffer) => Buffer;
};

/** Answers LISTEN as Hyperdrive and others do that have no sessions. */
export function refuseListen(url: string): Promise<SessionProxy> {
  return startProxy(url, {
    fromClient: (chunk) => (chunk.includes("LISTEN ") ? refusal("LISTEN is not supported") : null),
  });
}

/** Names itself, not the server's process, in BackendKeyData (`K`), as PgBouncer does. */
export function renameBackend(url: string): Promise<SessionProxy> {
  return startProxy(url, {
    fromServer: (chunk) => {
      const at = chunk.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
      if (at >= 0) chunk.writeInt32BE(4242, at + 5);
      return chunk;
    },
  });
}

/** ErrorResponse and ReadyForQuery. */
function refusal(message: string): Buffer {
  const fields = Buffer.from(`SERROR\0VERROR\0C0A000\0M${message}\0\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(fields.length + 4);
  return Buffer.concat([Buffer.from("E"), length, fields, Buffer.from([0x5a, 0, 0, 0, 5, 0x49])]);
}

async function startProxy(url: string, { fromClient, fromServer }: Change): Promise<SessionProxy> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (chunk: Buffer) => {
      const answer = fromClient?.(chunk) ?? null;
      if (answer === null) upstream.write(chunk);
      else client.write(answer);
    });
    upstream.on("data", (chunk: Buffer) => client.write(fromServer?.(chunk) ?? chunk));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const own = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: Object.assign(new URL(url), { hostname: "127.0.0.1", port: String(own) }).href,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
