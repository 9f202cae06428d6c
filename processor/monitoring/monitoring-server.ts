import { createServer, type ServerResponse } from "node:http";
import { type ListeningServer, listening } from "../listening-server.ts";
import type { Health } from "./health.ts";

/** `GET /healthz` and `GET /metrics`. Throws when the address cannot be had. Port 0 takes any that is free. */
export async function startMonitoringServer(options: {
  readonly host: string;
  readonly port: number;
  readonly health: () => Health;
  readonly metrics: () => Promise<string>;
}): Promise<ListeningServer> {
  const server = createServer(async (request, response) => {
    const path = request.url?.split("?", 1)[0];
    if (request.method !== "GET" && request.method !== "HEAD") return send(response, 405, "text/plain", "GET only\n");
    if (path === "/healthz") {
      const health = options.health();
      return send(response, health.status === "ok" ? 200 : 503, "application/json", `${JSON.stringify(health)}\n`);
    }
    if (path !== "/metrics") return send(response, 404, "text/plain", "/healthz or /metrics\n");
    send(response, 200, "text/plain; version=0.0.4; charset=utf-8", await options.metrics());
  });
  return listening(server, options);
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { "content-type": contentType, "cache-control": "no-store" });
  response.end(body);
}
