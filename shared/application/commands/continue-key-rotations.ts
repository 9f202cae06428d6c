import { type PartRotation, rotateKeys } from "../../domain/key-rotation.ts";
import type { SkipReason } from "../../domain/rotation-batch.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { VideoPostRepository } from "../ports.ts";
import type { RotationBatches, RotationSteps, TakenItem } from "../rotation-store.ts";

export type RotationDeps = {
  readonly posts: VideoPostRepository;
  readonly rotationBatches: RotationBatches;
  readonly rotationSteps: RotationSteps;
};

/* Bounds of one call for one batch: what is left over is for the next call, of the Cron Trigger or of an ended job. */
const OPEN_BATCHES = 10;
/** A page is one statement of some tens of milliseconds; a catalogue of 100,000 parts is looked through in 10 calls. */
const PARTS_A_PAGE = 1000;
const PAGES = 10;
const SORTED_AT_ONCE = 500;
const SORTINGS = 10;
/** Each loads and saves a post. */
const BEGINNINGS = 10;

/** Longer than any request lives: whoever took an item this long ago will not ask for its job any more. */
const LOST_AFTER_MS = 5 * 60_000;

/**
 * Carries every open batch on by a bounded piece. Any number of these may run at once. A batch that fails does not keep
 * the others waiting: it throws when all else is done.
 */
export async function continueKeyRotations(deps: RotationDeps, now: number): Promise<void> {
  const errors: unknown[] = [];
  for (const batchId of await deps.rotationSteps.listOpen(OPEN_BATCHES)) {
    await continueKeyRotation(deps, batchId, now).catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} rotations could not be carried on`);
}

/** When a job of this part has ended: the batch that waited for it begins with the next part at once. */
export async function continueKeyRotationOf(deps: RotationDeps, fileId: string, now: number): Promise<void> {
  const found = await deps.rotationSteps.findByRotatingPart(fileId);
  if (found !== null) await continueKeyRotation(deps, found.batchId, now);
}

/** What has ended is settled, items are added for parts that were not looked at yet, and the next ones are begun. */
export async function continueKeyRotation(deps: RotationDeps, batchId: string, now: number): Promise<void> {
  const { rotationBatches, rotationSteps } = deps;
  await rotationSteps.settle(batchId, now - LOST_AFTER_MS, now);
  const batch = await rotationBatches.find(batchId);
  if (batch === null) return;
  for (let page = 0, more = !batch.filled; page < PAGES && more; page++) {
    more = await rotationSteps.fill(batchId, batch.selection, PARTS_A_PAGE);
  }
  if (await sortedOut(rotationSteps, batchId, now)) await begin(deps, batchId, now);
  await rotationSteps.finish(batchId, now);
}

/** Whether those that come next are of parts that can be rotated; else there were so many others that it takes longer. */
async function sortedOut(rotationSteps: RotationSteps, batchId: string, now: number): Promise<boolean> {
  for (let round = 0; round < SORTINGS; round++) {
    if ((await rotationSteps.sortOut(batchId, SORTED_AT_ONCE, now)) === 0) return true;
  }
  return false;
}

async function begin(deps: RotationDeps, batchId: string, now: number): Promise<void> {
  for (let begun = 0; begun < BEGINNINGS; begun++) {
    const item = await deps.rotationSteps.take(batchId, uuidV7(now), now);
    if (item === null || (await beginItem(deps, item, now)) === "stop") return;
  }
}

/** Asks for the job, in one save of the post. "stop": somebody edits the post, so its place in line is kept for later. */
async function beginItem(
  { posts, rotationSteps }: RotationDeps,
  item: TakenItem,
  now: number,
): Promise<"begun" | "stop"> {
  const outcome = await decideAndSave(posts, item.videoPostId, now, (post) =>
    rotateKeys(post, item.fileIndex, () => item.jobId, now),
  );
  const reason = whySkipped(outcome);
  if (reason === "conflict") await rotationSteps.putBack(item);
  else if (reason === null) await rotationSteps.adoptLiveJob(item);
  else await rotationSteps.skip(item, reason, now);
  return reason === "conflict" ? "stop" : "begun";
}

function whySkipped(outcome: CommandOutcome<readonly PartRotation[]>): SkipReason | "conflict" | null {
  if (outcome.kind === "refused") return "deleted";
  if (outcome.kind !== "done") return "conflict";
  const plan = outcome.value[0]?.plan.kind;
  return plan === undefined || plan === "job" ? null : plan;
}
