import { SYSTEM } from "../../domain/post/post-trace.ts";
import { type PartRotation, rotateKeys } from "../../domain/rotation/key-rotation.ts";
import type { SkipReason } from "../../domain/rotation/rotation-batch.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { RotationBatches } from "../ports/rotation-batches.ts";
import type { RotationSteps, TakenItem } from "../ports/rotation-steps.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

export type RotationDeps = {
  readonly posts: VideoPostRepository;
  readonly rotationBatches: RotationBatches;
  readonly rotationSteps: RotationSteps;
};

/** The budget of one call over all batches. The next Cron Trigger or ended job continues. */
type Budget = {
  /** Each is three statements of some tens of milliseconds: 100,000 parts are read in 10 calls. */
  pages: number;
  sortings: number;
  /** Each loads and saves a post, some 20 statements. */
  beginnings: number;
};
const BUDGET: Readonly<Budget> = { pages: 10, sortings: 10, beginnings: 10 };
const PARTS_A_PAGE = 1000;
const SORTED_AT_ONCE = 500;

const OPEN_BATCHES = 1000;
/** Settling and finishing take a few statements per batch. */
const BATCHES_AT_ONCE = 10;
const TURN_MS = 60_000;

/** Longer than any request lives: an item taken before this is no longer worked on. */
const LOST_AFTER_MS = 5 * 60_000;

/**
 * Continues open batches within one budget in equal shares. If there are more than fit, they take turns by the minute.
 * Calls may overlap. A batch that fails stops no other; errors are thrown at the end.
 */
export async function continueKeyRotations(deps: RotationDeps, now: number): Promise<void> {
  const errors: unknown[] = [];
  const batchIds = whoseTurn(await deps.rotationSteps.listOpen(OPEN_BATCHES), now);
  let left: Budget = { ...BUDGET };
  for (const [index, batchId] of batchIds.entries()) {
    const share = shareOf(left, batchIds.length - index);
    const unused = { ...share };
    await continueKeyRotation(deps, batchId, now, unused).catch((error: unknown) => errors.push(error));
    left = spent(left, share, unused);
  }
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} rotations could not be continued`);
}

function whoseTurn(batchIds: readonly string[], now: number): readonly string[] {
  const first = (Math.floor(now / TURN_MS) * BATCHES_AT_ONCE) % Math.max(1, batchIds.length);
  return [...batchIds.slice(first), ...batchIds.slice(0, first)].slice(0, BATCHES_AT_ONCE);
}

function shareOf({ pages, sortings, beginnings }: Budget, batches: number): Budget {
  const share = (all: number) => Math.ceil(all / batches);
  return { pages: share(pages), sortings: share(sortings), beginnings: share(beginnings) };
}

function spent(left: Budget, share: Budget, unused: Budget): Budget {
  return {
    pages: left.pages - share.pages + unused.pages,
    sortings: left.sortings - share.sortings + unused.sortings,
    beginnings: left.beginnings - share.beginnings + unused.beginnings,
  };
}

/** After a job of this part ended: its batch starts the next part. */
export async function continueKeyRotationOf(deps: RotationDeps, fileId: string, now: number): Promise<void> {
  const found = await deps.rotationSteps.findByRotatingPart(fileId);
  if (found !== null) await continueKeyRotation(deps, found.batchId, now);
}

/**
 * Settles what has ended, adds items for unread parts and starts the next ones, within `budget`, which keeps the rest.
 */
export async function continueKeyRotation(
  deps: RotationDeps,
  batchId: string,
  now: number,
  budget: Budget = { ...BUDGET },
): Promise<void> {
  const { rotationBatches, rotationSteps } = deps;
  await rotationSteps.settle(batchId, now - LOST_AFTER_MS, now);
  const batch = await rotationBatches.find(batchId);
  if (batch === null) return;
  for (let more = !batch.filled; budget.pages > 0 && more; budget.pages--) {
    more = await rotationSteps.fill(batchId, batch.selection, PARTS_A_PAGE);
  }
  if (await sortedOut(rotationSteps, batchId, now, budget)) await begin(deps, batchId, now, budget);
  await rotationSteps.finish(batchId, now);
}

/** False if many parts that cannot be rotated come first: the caller continues later. */
async function sortedOut(rotationSteps: RotationSteps, batchId: string, now: number, budget: Budget): Promise<boolean> {
  for (; budget.sortings > 0; budget.sortings--) {
    if ((await rotationSteps.classify(batchId, SORTED_AT_ONCE, now)) === 0) return true;
  }
  return false;
}

async function begin(deps: RotationDeps, batchId: string, now: number, budget: Budget): Promise<void> {
  for (; budget.beginnings > 0; budget.beginnings--) {
    const item = await deps.rotationSteps.take(batchId, uuidV7(now), now);
    if (item === null || (await beginItem(deps, item, now)) === "stop") return;
  }
}

/** Requests the job, in one save of the post. "stop": the post is being edited, so its place in the queue is kept. */
async function beginItem(
  { posts, rotationSteps }: RotationDeps,
  item: TakenItem,
  now: number,
): Promise<"begun" | "stop"> {
  const trace = { actor: SYSTEM, action: "keys.rotate", part: { fileIndex: item.fileIndex } } as const;
  const outcome = await decideAndSave<readonly PartRotation[] | "replaced">(
    posts,
    item.videoPostId,
    trace,
    now,
    (post) => {
      const present = post.files.find(({ fileIndex }) => fileIndex === item.fileIndex);
      // What replaced it since has other keys.
      if (present !== undefined && present.id !== item.fileId) return { kind: "unchanged", value: "replaced" };
      return rotateKeys(post, item.fileIndex, () => item.jobId, now);
    },
  );
  const reason = whySkipped(outcome);
  if (reason === "conflict") await rotationSteps.putBack(item);
  else if (reason === null) await rotationSteps.adoptLiveJob(item);
  else await rotationSteps.skip(item, reason, now);
  return reason === "conflict" ? "stop" : "begun";
}

function whySkipped(outcome: CommandOutcome<readonly PartRotation[] | "replaced">): SkipReason | "conflict" | null {
  if (outcome.kind === "refused") return "deleted";
  if (outcome.kind !== "done") return "conflict";
  if (outcome.value === "replaced") return "replaced";
  const plan = outcome.value[0]?.plan.kind;
  return plan === undefined || plan === "job" ? null : plan;
}
