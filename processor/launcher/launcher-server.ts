import { createServer, type IncomingMessage } from "node:http";
import { type ListeningServer, listening } from "../listening-server.ts";
import { answerRequest } from "./answer-request.ts";
import type { RunList } from "./run-list.ts";

/** A launch is two ids. */
const LARGEST_BODY_BYTES = 4096;
const REQUEST_MS = 10_000;

/** Serves the local launcher. Throws when the address cannot be had. Port 0 takes any that is free. */
export async function startLauncherServer(options: {
  readonly host: string;
  readonly port: number;
  readonly token: string;
  readonly runs: RunList;
}): Promise<ListeningServer> {
  const server = createServer({ requestTimeout: REQUEST_MS }, async (request, response) => {
    const { method = "", url: target = "", headers } = request;
    const read = await bodyOf(request).catch(() => "broken" as const);
    // The client has left: an answer would reach nobody, and half a body is no launch.
    if (read === "broken") return void response.destroy();
    const authorization = headers.authorization ?? null;
    const answer = answerRequest({ method, target, authorization, body: read }, options.runs, options.token);
    const type = answer.status < 400 ? "application/json" : "application/problem+json";
    response.writeHead(answer.status, { ...answer.headers, "content-type": type, "cache-control": "no-store" });
    response.end(`${JSON.stringify(answer.body)}\n`);
  });
  return listening(server, options);
}

/** Null where it is too large; the rest of it is not kept. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= LARGEST_BODY_BYTES) chunks.push(chunk);
  }
  return bytes > LARGEST_BODY_BYTES ? null : Buffer.concat(chunks).toString("utf8");
}
