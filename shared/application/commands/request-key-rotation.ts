import type { RotationBatch, RotationSelection, RotationState } from "../../domain/rotation/rotation-batch.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import type { PartName, RotationBatches, RotationPreview } from "../ports/rotation-batches.ts";
import { continueKeyRotation, type RotationDeps } from "./continue-key-rotations.ts";

export type RotationRequest = Pick<RotationBatch, "selection" | "maxInFlight" | "graceSeconds" | "requestedBy">;

/** RotateVideoHlsKeyBatch for any number of parts: creates the batch and starts its first items. */
export async function requestKeyRotation(deps: RotationDeps, request: RotationRequest, now: number): Promise<string> {
  const batchId = uuidV7(now);
  await deps.rotationBatches.create({ ...request, batchId }, now);
  await continueKeyRotation(deps, batchId, now);
  return batchId;
}

const PREVIEWED_AT_ONCE = 500;
const PAGES = 20;

/** What a batch would do to one page of parts after `after`. Writes nothing. */
export async function previewKeyRotation(
  batches: Pick<RotationBatches, "preview">,
  selection: RotationSelection,
  after: PartName | null,
): Promise<RotationPreview> {
  const parts: RotationPreview["parts"][number][] = [];
  let last = after;
  for (let page = 0; page < PAGES && parts.length < PREVIEWED_AT_ONCE; page++) {
    const found = await batches.preview(selection, { after: last, limit: PREVIEWED_AT_ONCE });
    parts.push(...found.parts);
    last = found.last;
    if (last === null) break;
  }
  return { parts, last };
}

export type Steering = "pause" | "resume" | "cancel";

const STEERED: Readonly<Record<Steering, { readonly from: readonly RotationState[]; readonly to: RotationState }>> = {
  pause: { from: ["RUNNING", "PAUSED"], to: "PAUSED" },
  resume: { from: ["RUNNING", "PAUSED"], to: "RUNNING" },
  cancel: { from: ["RUNNING", "PAUSED", "CANCELLED"], to: "CANCELLED" },
};

/** Idempotent. "wrong-state": the batch has ended otherwise. */
export async function steerKeyRotation(
  deps: RotationDeps,
  batchId: string,
  steering: Steering,
  now: number,
): Promise<"done" | "not-found" | "wrong-state"> {
  if (await deps.rotationBatches.changeState(batchId, STEERED[steering], now)) {
    await continueKeyRotation(deps, batchId, now);
    return "done";
  }
  return (await deps.rotationBatches.find(batchId)) === null ? "not-found" : "wrong-state";
}

/** One statement of this size takes D1 well under a second. */
const RETRIED_AT_ONCE = 5000;

/** FAILED items become PENDING; `complete` is false if more are left. */
export async function retryFailedRotations(
  deps: RotationDeps,
  batchId: string,
  now: number,
): Promise<{ readonly retried: number; readonly complete: boolean } | "not-found" | "wrong-state"> {
  const batch = await deps.rotationBatches.find(batchId);
  if (batch === null) return "not-found";
  if (batch.state === "CANCELLED") return "wrong-state";
  const retried = await deps.rotationBatches.retryFailed(batchId, RETRIED_AT_ONCE, now);
  await continueKeyRotation(deps, batchId, now);
  return { retried, complete: retried < RETRIED_AT_ONCE };
}
