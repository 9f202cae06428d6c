import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { between, type SeededRandom } from "../fixtures/seeded-random.ts";

/*
 * Stands between processors and the Worker (with its local R2) and does what networks do: refuses, stalls, answers 500,
 * and cuts the connection before the request went through, after it went through, or in the middle of the answer.
 */

export type FaultKind = "refused" | "error-500" | "stalled" | "cut-before" | "reply-lost" | "cut-within";

export type FaultProxy = {
  readonly origin: string;
  /** Probability that a request meets a fault; 0 for calm. */
  setRate(rate: number): void;
  /** Refuses everything until it is switched back: the Worker is unavailable. */
  setAway(away: boolean): void;
  readonly counts: Record<FaultKind, number>;
  /** Who sees the requests as they come, and the answers before they leave. */
  watch(watcher: ProxyWatcher | null): void;
  /** Keys of objects that were stored with other bytes under the same name; there must be none. */
  overwritten(): string[];
  requests(): number;
  stop(): Promise<void>;
};

export type ProxyWatcher = {
  arrives(method: string, path: string): void;
  answered(path: string, status: number): void;
};

export async function startFaultProxy(target: string, random: SeededRandom): Promise<FaultProxy> {
  const upstream = new URL(target);
  const counts: Record<FaultKind, number> = {
    refused: 0,
    "error-500": 0,
    stalled: 0,
    "cut-before": 0,
    "reply-lost": 0,
    "cut-within": 0,
  };
  const stored = new Map<string, Set<string>>();
  let rate = 0;
  let away = false;
  let requests = 0;
  let watcher: ProxyWatcher | null = null;

  const server = createServer((incoming, outgoing) => {
    requests++;
    watcher?.arrives(incoming.method ?? "", pathOf(incoming.url));
    const fault = away ? "refused" : chooseFault(random, rate);
    if (fault !== null) counts[fault]++;
    void answer(incoming, outgoing, fault);
  });

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse, fault: FaultKind | null): Promise<void> {
    switch (fault) {
      case "refused":
      case "cut-before":
        incoming.socket.destroy();
        return;
      case "error-500":
        incoming.resume();
        outgoing.writeHead(500, { "content-type": "text/plain" }).end("injected");
        return;
      case "stalled":
        await new Promise((resolve) => setTimeout(resolve, between(random, 500, 4000)));
        break;
      case "reply-lost":
      case "cut-within":
      case null:
        break;
      default:
        fault satisfies never;
    }
    forward(incoming, outgoing, fault);
  }

  function forward(incoming: IncomingMessage, outgoing: ServerResponse, fault: FaultKind | null): void {
    const { method, url, headers } = incoming;
    const options = { host: upstream.hostname, port: upstream.port, method, path: url, headers };
    const hash = createHash("sha256");
    const onward = request(options, (reply) => {
      if (method === "PUT" && reply.statusCode === 200) remember(url ?? "", hash.digest("hex"));
      watcher?.answered(pathOf(url), reply.statusCode ?? 502);
      if (fault === "reply-lost") {
        reply.resume();
        incoming.socket.destroy();
        return;
      }
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      if (fault === "cut-within") {
        reply.once("data", (chunk: Buffer) => {
          outgoing.write(chunk.subarray(0, Math.floor(chunk.length / 2)));
          incoming.socket.destroy();
        });
        reply.resume();
      } else reply.pipe(outgoing);
      reply.on("error", () => outgoing.destroy());
    });
    onward.on("error", () => incoming.socket.destroy());
    incoming.on("data", (chunk: Buffer) => hash.update(chunk));
    incoming.on("error", () => onward.destroy());
    incoming.pipe(onward);
  }

  function remember(url: string, digest: string): void {
    const key = pathOf(url);
    stored.set(key, (stored.get(key) ?? new Set()).add(digest));
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    counts,
    setRate: (value) => {
      rate = value;
    },
    setAway: (value) => {
      away = value;
    },
    watch: (one) => {
      watcher = one;
    },
    overwritten: () => [...stored].filter(([, digests]) => digests.size > 1).map(([key]) => key),
    requests: () => requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const pathOf = (url = "") => url.split("?")[0] ?? "";

const KINDS: readonly FaultKind[] = ["error-500", "stalled", "cut-before", "reply-lost", "cut-within"];

function chooseFault(random: SeededRandom, rate: number): FaultKind | null {
  if (random() >= rate) return null;
  return KINDS[Math.floor(random() * KINDS.length)] ?? null;
}
