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
  return [reachable, checkTransport(serviceUrl), checkClock(response.headers.get("date"), sentAt, receivedAt)];
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

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "no answer";
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function checkTransport(serviceUrl: string): Finding {
  if (new URL(serviceUrl).protocol === "https:") return ok("transport", "The address is https.");
  if (isLocal(serviceUrl)) return ok("transport", "The address is of this machine.");
  return problem("transport", "The address is http: API keys, tokens and content keys can be read.", "Use https.");
}

/** The header has whole seconds: the difference is only as exact as that and the time of the request. */
function checkClock(date: string | null, sentAt: number, receivedAt: number): Finding {
  const server = Date.parse(date ?? "");
  if (Number.isNaN(server)) {
    return { check: "clock", result: "not-checked", detail: "The answer had no Date header.", remedy: null };
  }
  const early = sentAt - 1000 - server;
  const late = server - receivedAt;
  const difference = Math.max(0, early, late);
  const seconds = Math.round(difference / 1000);
  if (difference < CLOCK_WARNING_MS) return ok("clock", "This machine and the server agree on the time.");
  const detail = `This machine is ${seconds} s ${early > late ? "ahead of" : "behind"} the server.`;
  const remedy = "Synchronize the clock of this machine, and look at those of processors and of your site.";
  return difference < CLOCK_PROBLEM_MS ? warning("clock", detail, remedy) : problem("clock", detail, remedy);
}
