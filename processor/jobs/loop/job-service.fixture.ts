import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { PrefixStatus } from "../../../shared/application/ports/prefix-queries.ts";
import type { ClaimOneReply, ContentKeys, WorkOrder } from "../../../shared/application/protocols/job-protocol.ts";

export type Call = { readonly route: string; readonly token: string; readonly body: Record<string, unknown> };

/** How one call is answered in place of the usual way. */
export type Fault =
  /** The work is done, but the connection breaks before the reply. */
  { readonly kind: "lose-reply" } | { readonly kind: "status"; readonly status: number; readonly code?: string };

/** A server that speaks the job protocol: jobs wait in `queue`, leases are kept by token, what was called is recorded. */
export type JobService = AsyncDisposable & {
  readonly url: string;
  readonly calls: Call[];
  readonly queue: WorkOrder[];
  /** Faults for the next calls of a route, used up one by one. */
  readonly faults: Map<string, Fault[]>;
  readonly cancelRequested: Set<string>;
  keys: ContentKeys | null;
  /** What claims of one job are answered where it is not in `queue`; `unknown` where there is nothing. */
  readonly replies: Map<string, ClaimOneReply>;
  /** The encrypt job that transcode results are answered with; null answers as an earlier release, without a body. */
  encryptJobId: string | null;
  /** Whether the attempts of jobs that fail are used up. */
  exhausted: boolean;
  /** What stored prefixes are; `garbage` where there is nothing. */
  readonly uses: Map<string, PrefixStatus>;
  routes(jobId?: string): string[];
  until(condition: () => boolean): Promise<void>;
};

export const PROCESSOR_TOKEN = "the-shared-secret-of-processors";

export function transcodeOrder(jobId: string, leaseMs = 60_000): WorkOrder {
  return {
    ...{
      kind: "TRANSCODE",
      jobId,
      claimNo: 1,
      attempt: 1,
      maxAttempts: 5,
      leaseMs,
      credential: `credential-of-${jobId}`,
    },
    ...{ resourceType: "VIDEO", fileName: "clip.mp4", clearPrefix: `clip/${jobId}/c1/` },
    source: { kind: "upload", prefix: "uploads/u1/", size: 10 },
  };
}

export async function startJobService(): Promise<JobService> {
  const leases = new Map<string, WorkOrder>();
  const answers: Record<string, (call: Call, jobId: string) => unknown> = {
    claim: ({ body, route }, jobId) => {
      if (route !== "claim") return claimOne(jobId);
      const leaseToken = String(body.leaseToken);
      const order = leases.get(leaseToken) ?? service.queue.shift();
      if (order) leases.set(leaseToken, order);
      return order;
    },
    scan: () => ({ requeued: 0, exhausted: 0, created: 0, refreshed: 0, revocationsDeleted: 0 }),
    heartbeat: (_call, jobId) => ({ cancel: service.cancelRequested.has(jobId) }),
    keys: () => service.keys,
    "transcode-result": () => (service.encryptJobId === null ? undefined : { encryptJobId: service.encryptJobId }),
    fail: () => (service.exhausted ? { outcome: "failed", runAfter: null } : { outcome: "retry", runAfter: 1 }),
    check: ({ body }) => ({ uses: prefixesIn(body).map((prefix) => service.uses.get(prefix) ?? "garbage") }),
    delete: ({ body }) => ({ deleted: prefixesIn(body).filter((prefix) => !service.uses.has(prefix)) }),
    cancelled: (_call, jobId) => (service.cancelRequested.has(jobId) ? undefined : CONFLICT),
  };
  const claimOne = (jobId: string): ClaimOneReply => {
    const order = service.queue.find((each) => each.jobId === jobId);
    return order ? { outcome: "claimed", order } : (service.replies.get(jobId) ?? { outcome: "unknown" });
  };
  const server = createServer(async (request, response) => {
    const parts = (request.url ?? "").split("/").slice(3);
    const route = parts.at(-1) ?? "";
    const sent = await text(request);
    const body = (sent === "" ? {} : JSON.parse(sent)) as Record<string, unknown>;
    const call = { route: parts.join("/"), token: request.headers.authorization ?? "", body };
    service.calls.push(call);
    const fault = service.faults.get(route)?.shift();
    if (fault?.kind === "status") return reply(response, fault.status, { code: fault.code });
    const answer = answers[route]?.(call, parts[0] ?? "");
    if (fault?.kind === "lose-reply") return request.socket.destroy();
    if (answer === CONFLICT) return reply(response, 409, { code: "lease-lost" });
    return answer === undefined ? reply(response, 204) : reply(response, 200, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const service: JobService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    queue: [],
    faults: new Map(),
    cancelRequested: new Set(),
    keys: null,
    replies: new Map(),
    encryptJobId: null,
    exhausted: false,
    uses: new Map(),
    routes: (jobId) =>
      service.calls.map(({ route }) => route).filter((route) => jobId === undefined || route.startsWith(`${jobId}/`)),
    until: async (condition) => {
      while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return service;
}

function prefixesIn(body: Record<string, unknown>): string[] {
  return body.prefixes as string[];
}

const CONFLICT = Symbol("409");

function reply(response: ServerResponse, status: number, body?: unknown): void {
  response.writeHead(status, { "content-type": status < 400 ? "application/json" : "application/problem+json" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
