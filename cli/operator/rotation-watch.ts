import type { RotationBatchWithProgress } from "../../client/index.ts";
import { type OperatorClient, OperatorUnreachable } from "../../processor/adapters/operator-client.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import type { Terminal } from "../../processor/cli/progress-display.ts";
import { progressLine } from "../../processor/cli/progress-line.ts";
import { spanText, summaryOf } from "./rotation-text.ts";

export type RotateOutput = Output & { readonly progress: Terminal };

export type RotateOptions = {
  readonly json: boolean;
  /** Ends the watching, and nothing else. */
  readonly stop: AbortSignal;
  /** Rejects when it is stopped. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

const LOOK_EVERY_MS = 2000;
/** A Worker that is being deployed is back within seconds. */
const TRIES = 15;

/** Shows how far it is until it has ended. 0 when everything is rotated or needed nothing, 1 when something failed. */
export async function watch(
  batchId: string,
  { json, stop, sleep }: RotateOptions,
  client: OperatorClient,
  { out, err, progress }: RotateOutput,
): Promise<number> {
  const line = progressLine(progress, "parts finished");
  try {
    for (let failures = 0; ; ) {
      const batch = await lookAt(client, batchId, failures);
      failures = batch === null ? failures + 1 : 0;
      if (batch !== null) {
        show(line, batch);
        if (hasEnded(batch)) {
          line.end();
          out(json ? `${JSON.stringify(batch)}\n` : summaryOf(batch));
          return batch.state === "DONE" && batch.progress.failed === 0 ? EXIT.ok : EXIT.failed;
        }
      }
      await sleep(LOOK_EVERY_MS, stop);
    }
  } catch (error) {
    line.end();
    if (!stop.aborted) throw error;
    err("The batch continues.\n");
    return EXIT.tryLater;
  }
}

async function lookAt(
  client: OperatorClient,
  batchId: string,
  failures: number,
): Promise<RotationBatchWithProgress | null> {
  try {
    return await client.getRotation({ params: { batchId } });
  } catch (error) {
    if (error instanceof OperatorUnreachable && failures < TRIES) return null;
    throw error;
  }
}

function show(line: ReturnType<typeof progressLine>, { state, filled, progress }: RotationBatchWithProgress): void {
  if (!filled && state === "RUNNING") return;
  const { total, pending, rotating, failed, secondsLeft } = progress;
  const notes = [
    state === "PAUSED" ? "paused" : "",
    failed > 0 ? `${failed} failed` : "",
    secondsLeft === null || secondsLeft === 0 ? "" : `about ${spanText(secondsLeft)} left`,
  ];
  line.show(total - pending - rotating, total, notes.filter(Boolean).join(", "));
}

function hasEnded({ state, progress }: RotationBatchWithProgress): boolean {
  return state === "DONE" || (state === "CANCELLED" && progress.rotating === 0);
}
