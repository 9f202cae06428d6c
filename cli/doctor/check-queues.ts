import type { Client } from "../../client/index.ts";
import { type Finding, notChecked, ok, problem } from "./finding.ts";

type Deps = {
  readonly client: Pick<Client, "probeQueues" | "readDiagnostics">;
  readonly waitSeconds: number;
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
};

const LOOK_EVERY_MS = 1000;

/** Sends a message through each queue and waits until its consumer has recorded it. */
export async function checkQueues({ client, waitSeconds, now, sleep, signal }: Deps): Promise<Finding> {
  const sent = await client.probeQueues({}, { signal });
  if (!sent.ok) return notChecked("queues", `The probe was refused: ${sent.problem.title}.`);
  const { sentAt, refused } = sent.body;
  if (refused.length > 0) {
    return problem(
      "queues",
      `No message can be sent to ${refused.join(", ")}.`,
      "Create the queues of wrangler.toml, and deploy.",
    );
  }
  const deadline = now() + 1000 * waitSeconds;
  for (;;) {
    const read = await client.readDiagnostics({}, { signal });
    if (!read.ok) return notChecked("queues", `The Worker did not report them: ${read.problem.title}.`);
    const waiting = read.body.queues.filter(({ lastProbeAt }) => lastProbeAt === null || lastProbeAt < sentAt);
    if (waiting.length === 0) return ok("queues", "A message passed through each.");
    if (now() >= deadline) {
      const names = waiting.map(({ binding }) => binding).join(", ");
      const detail = `A message has not passed through ${names} within ${waitSeconds} s.`;
      const remedy = "Check [[queues.consumers]] in wrangler.toml and the backlog of the queue in the dashboard.";
      return problem("queues", detail, remedy);
    }
    await sleep(LOOK_EVERY_MS, signal);
  }
}
