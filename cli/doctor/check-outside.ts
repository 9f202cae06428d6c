import { type Finding, ok, problem, warning } from "./finding.ts";
import { isLocal } from "./is-local.ts";

export type Outside = {
  readonly serviceUrl: string;
  readonly fetch: typeof fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

const TIMEOUT_MS = 15_000;
const CLOCK_WARNING_MS = 10_000;
/** S3 refuses signatures that are 15 minutes old; tokens of sites live for minutes. */
const CLOCK_PROBLEM_MS = 120_000;

/** What anybody can see: whether something answers, and how its clock differs. The first finding says if it does. */
export async function checkOutside({ serviceUrl, fetch, now }: Outside): Promise<readonly [Finding, ...Finding[]]> {
  const sentAt = now();
  let response: Response;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    response = await fetch(`${serviceUrl}/healthz`, { redirect: "manual", signal });
  } catch (error) {
    return [unreachable(serviceUrl, reasonOf(error))];
  }
  const text = await response.text().catch(() => "");
  const receivedAt = now();
  if (response.status === 500 && text.includes('"misconfigured"')) {
    const detail = "The Worker runs, but a setting is missing or wrong.";
    return [problem("reachable", detail, "Run npx wrangler tail: the log names each setting.")];
  }
  if (response.status !== 200 || text !== "ok") return [unreachable(serviceUrl, `${response.status} at /healthz`)];
  const reachable = ok("reachable", `${serviceUrl} answered in ${receivedAt - sentAt} ms.`);
  const server = Date.parse(response.headers.get("date") ?? "");
  // The header has whole seconds.
  const clock = Number.isNaN(server) ? [] : [judgeClock({ from: server, to: server + 1000 }, sentAt, receivedAt)];
  return [reachable, checkTransport(serviceUrl), ...clock];
}

function unreachable(serviceUrl: string, reason: string): Finding {
  const remedy = "Check the address, DNS and the route of the Worker; a path in the address is not allowed.";
  return {
    check: "reachable",
    result: "unreachable",
    detail: `${serviceUrl} is not answered by ladderlock (${reason}).`,
    remedy,
  };
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "no answer";
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function checkTransport(serviceUrl: string): Finding {
  if (new URL(serviceUrl).protocol === "https:") return ok("transport", "The address is https.");
  if (isLocal(serviceUrl)) return ok("transport", "The address is of this machine.");
  return problem("transport", "The address is http: API keys, tokens and content keys can be read.", "Use https.");
}

/** The server's time is between `from` and `to`, and was read between `sentAt` and `receivedAt` of this machine. */
export function judgeClock(
  server: { readonly from: number; readonly to: number },
  sentAt: number,
  receivedAt: number,
): Finding {
  const ahead = sentAt - server.to;
  const behind = server.from - receivedAt;
  const difference = Math.max(0, ahead, behind);
  const seconds = Math.round(difference / 1000);
  if (difference < CLOCK_WARNING_MS) return ok("clock", "This machine and the server agree on the time.");
  const detail = `This machine is ${seconds} s ${ahead > behind ? "ahead of" : "behind"} the server.`;
  const remedy = "Synchronize the clock of this machine, and look at those of processors and of your site.";
  return difference < CLOCK_PROBLEM_MS ? warning("clock", detail, remedy) : problem("clock", detail, remedy);
}
