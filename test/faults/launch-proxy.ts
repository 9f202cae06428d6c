import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { SeededRandom } from "../fixtures/seeded-random.ts";
import { LOCAL_TOKEN } from "../launchers/local/launcher-process.ts";
import { shuffled } from "./fates.ts";

/*
 * Stands between the Worker and the local launcher: loses launches and their replies, repeats them, starts a second
 * process for the same job, and refuses as a platform does.
 */

const STARTING_NOTHING = ["lost", "no-capacity", "throttled", "error-500"] as const;
const STARTING = ["reply-lost", "repeated", "doubled"] as const;
const FAULTS = [...STARTING_NOTHING, ...STARTING] as const;
export type LaunchFault = (typeof FAULTS)[number];

export type LaunchFaults = {
  /** Probability that a launch meets one. */
  readonly rate: number;
  /** Whether they start again when each kind has occurred. */
  readonly again: boolean;
};

export type LaunchProxy = AsyncDisposable & {
  /** What makes the Worker launch here. */
  readonly settings: Record<string, string>;
  /** Where the launcher answers; before that every request is refused. */
  setTarget(url: string): void;
  /** How launches meet faults from now on; null for calm. */
  setFaults(faults: LaunchFaults | null): void;
  readonly counts: Record<LaunchFault, number>;
  /** The jobs that the Worker has launched, one entry a request. */
  readonly launched: readonly string[];
};

export async function startLaunchProxy(random: SeededRandom, timeoutSeconds: number): Promise<LaunchProxy> {
  const counts = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<LaunchFault, number>;
  const launched: string[] = [];
  let target: string | null = null;
  let faults: LaunchFaults | null = null;

  // Every kind before any comes again, since a run has few launches. Those that start nothing come first: three posts are
  // then enough for all of them.
  const round = () => [...shuffled(STARTING_NOTHING, random), ...shuffled(STARTING, random)];
  let ahead: LaunchFault[] = round();
  const choose = (): LaunchFault | null => {
    if (faults === null || random() >= faults.rate) return null;
    if (ahead.length === 0 && faults.again) ahead = round();
    const fault = ahead.shift();
    if (fault === undefined) return null;
    counts[fault]++;
    return fault;
  };
  const server = createServer(async (incoming, outgoing) => {
    const body = await text(incoming);
    if (target === null) return void incoming.socket.destroy();
    const isLaunch = incoming.method === "POST";
    if (isLaunch) launched.push((JSON.parse(body) as { jobId: string }).jobId);
    await answer(incoming, outgoing, { target, body, fault: isLaunch ? choose() : null }).catch(() =>
      incoming.socket.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    settings: {
      ...{ LAUNCHER: "local", LOCAL_LAUNCHER_URL: `http://127.0.0.1:${port}`, LOCAL_LAUNCHER_TOKEN: LOCAL_TOKEN },
      ...{ LAUNCH_TIMEOUT_SECONDS: String(timeoutSeconds), LAUNCH_MAX_IN_FLIGHT: "3" },
    },
    setTarget: (url) => {
      target = url;
    },
    setFaults: (value) => {
      faults = value;
    },
    counts,
    launched,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Forwarded = { readonly target: string; readonly body: string; readonly fault: LaunchFault | null };

const refusal = (code: string) => JSON.stringify({ code, detail: "injected" });

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, call: Forwarded): Promise<void> {
  switch (call.fault) {
    case "lost":
      incoming.socket.destroy();
      return;
    case "error-500":
      outgoing.writeHead(500).end("injected");
      return;
    case "no-capacity":
      outgoing.writeHead(503, { "retry-after": "1" }).end(refusal("capacity"));
      return;
    case "throttled":
      outgoing.writeHead(429, { "retry-after": "1" }).end(refusal("too-many-requests"));
      return;
    case "repeated":
      await forward(incoming, call);
      break;
    case "doubled":
      await forward(incoming, { ...call, body: withOtherLaunchId(call.body) });
      break;
    case "reply-lost":
      await forward(incoming, call);
      incoming.socket.destroy();
      return;
    case null:
      break;
    default:
      call.fault satisfies never;
  }
  const reply = await forward(incoming, call);
  outgoing.writeHead(reply.status, replyHeaders(reply)).end(await reply.text());
}

function forward({ method = "GET", url = "/", headers }: IncomingMessage, { target, body }: Forwarded) {
  const authorization = headers.authorization ?? "";
  return fetch(`${target}${url}`, { method, headers: { authorization }, ...(method === "POST" ? { body } : {}) });
}

/** A platform without names for launches starts a second container. */
function withOtherLaunchId(body: string): string {
  const { launchId, jobId } = JSON.parse(body) as { launchId: string; jobId: string };
  return JSON.stringify({ launchId: `${launchId}-again`, jobId });
}

function replyHeaders({ headers }: Response): Record<string, string> {
  const retryAfter = headers.get("retry-after");
  return retryAfter === null ? {} : { "retry-after": retryAfter };
}
