import { type Client, createClient, UnexpectedAnswer } from "../../client/index.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import type { Connection } from "../connection/connection.ts";
import { checkOutside, judgeClock, reasonOf } from "./check-outside.ts";
import { checkQueues } from "./check-queues.ts";
import { checkSegments } from "./check-segments.ts";
import { describeFindings, exitCodeOf, type Finding, notChecked, problem } from "./finding.ts";
import { isLocal } from "./is-local.ts";
import { judgeDiagnostics } from "./judge-diagnostics.ts";

export type DoctorDeps = {
  readonly connection: Connection;
  readonly version: string;
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
};

export type DoctorOptions = { readonly json: boolean; readonly waitSeconds: number };

const REPLY_MS = 30_000;
/** What only the Worker can report. */
const INSIDE = [
  ...["version", "bindings", "migrations", "cron", "processors", "secrets", "demo viewers", "queues"],
  ...["segment access", "segment cache"],
];

/** `ladderlock doctor`: resolves to the exit code of the worst finding. */
export async function doctor(options: DoctorOptions, deps: DoctorDeps, { out, err }: Output): Promise<number> {
  try {
    const findings = await examine(options, deps);
    const { serviceUrl } = deps.connection;
    out(options.json ? `${JSON.stringify({ server: serviceUrl, findings })}\n` : describeFindings(findings));
    return exitCodeOf(findings);
  } catch (error) {
    if (!deps.signal.aborted) throw error;
    err("Stopped before everything was checked.\n");
    return EXIT.tryLater;
  }
}

async function examine(options: DoctorOptions, deps: DoctorDeps): Promise<Finding[]> {
  const { serviceUrl, adminApiKey } = deps.connection;
  const outside = await checkOutside({ serviceUrl, ...deps });
  if (outside[0].result !== "ok") return [...outside, ...unseen("The Worker does not answer.")];
  if (adminApiKey === null) {
    return [...outside, ...unseen("No API key is known.", "Run ladderlock login, or set LADDERLOCK_API_KEY.")];
  }
  const client = createClient({ baseUrl: serviceUrl, token: adminApiKey, timeoutMs: REPLY_MS });
  const inside = await checkInside(client, options, deps);
  // A proxy may leave out the header Date, and the Worker reports its time as well.
  const checks = outside.map(({ check }) => check);
  return [...outside, ...inside.filter(({ check }) => check !== "clock" || !checks.includes("clock"))];
}

function unseen(detail: string, remedy: string | null = null): Finding[] {
  return INSIDE.map((check) => notChecked(check, detail, remedy));
}

async function checkInside(client: Client, { waitSeconds }: DoctorOptions, deps: DoctorDeps): Promise<Finding[]> {
  const { connection, version, signal } = deps;
  const sentAt = deps.now();
  const read = await client.readDiagnostics({}, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    return error instanceof UnexpectedAnswer ? null : reasonOf(error);
  });
  if (typeof read === "string") return [silent(read), ...unseen("The Worker has not answered.")];
  if (read === null)
    return unseen("Something else than ladderlock answers at /admin.", "Check the route of the Worker.");
  if (!read.ok) return [keyProblem(read.status, read.problem.title), ...unseen("The API key was refused.")];
  const facts = read.body;
  const clock = judgeClock({ from: facts.serverTime, to: facts.serverTime }, sentAt, deps.now());
  const circumstances = { version, isLocal: isLocal(connection.serviceUrl) };
  const [queues, segments] = await Promise.all([
    checkQueues({ client, waitSeconds, ...deps }).catch((error: unknown) => {
      signal.throwIfAborted();
      return notChecked("queues", `The Worker has not answered (${reasonOf(error)}).`);
    }),
    checkSegments({ serviceUrl: connection.serviceUrl, playback: facts.playback }, deps.fetch),
  ]);
  return [clock, ...judgeDiagnostics(facts, circumstances), queues, ...segments];
}

function silent(reason: string): Finding {
  const detail = `The Worker has not answered an administrator's request (${reason}).`;
  return { check: "API", result: "unreachable", detail, remedy: "Run ladderlock doctor again." };
}

function keyProblem(status: number, title: string): Finding {
  if (status === 401) return problem("API key", "The Worker does not accept this key.", "Run ladderlock login.");
  if (status === 403) {
    return problem(
      "API key",
      "The key lacks the scope admin.",
      "Use a key with the scope admin, such as ADMIN_API_KEY.",
    );
  }
  if (status === 404) {
    return problem("API key", "The Worker is of a release without diagnostics.", "Deploy the release of this program.");
  }
  return problem("API key", `The Worker answered ${status}: ${title}.`, "Read its log: npx wrangler tail.");
}
