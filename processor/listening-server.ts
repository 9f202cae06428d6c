import type { Server } from "node:http";

/** Listens, and closes with its connections. */
export type ListeningServer = AsyncDisposable & { readonly port: number };

/** Resolves when `server` listens: on the port that was asked for, or on a free one for 0. */
export async function listening(
  server: Server,
  { port, host }: { readonly port: number; readonly host: string },
): Promise<ListeningServer> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
