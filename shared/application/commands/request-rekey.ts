import type { VideoFile } from "../../domain/part/video-file.ts";
import { type RekeyState, rekeyState, startRekey } from "../../domain/post/imported-post.ts";
import { SYSTEM } from "../../domain/post/post-trace.ts";
import { mayWatch, type Viewer } from "../../domain/quality/quality-auth.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { RekeyStore } from "../ports/rekey-store.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

type Part = { readonly videoPostId: string; readonly fileIndex: number };

/** RequestVideoMigration: requests the job that gives an imported part its keys, in one save, unless one exists. */
export function requestRekey(
  posts: VideoPostRepository,
  { videoPostId, fileIndex }: Part,
  /** `restart`: also where an earlier job has failed. */
  { restart }: { readonly restart: boolean },
  now: number,
): Promise<CommandOutcome<RekeyState | null>> {
  const trace = { actor: SYSTEM, action: "migration.request", part: { fileIndex } } as const;
  return decideAndSave(posts, videoPostId, trace, now, (post) =>
    startRekey(post, fileIndex, { jobId: uuidV7(now), restart }, now),
  );
}

type MigrationDeps = { readonly posts: VideoPostRepository; readonly rekeys: RekeyStore };
type WatchAnswer = RekeyState | "nothing-allowed" | null;

/**
 * The same on behalf of a viewer: only if a quality would be allowed, and while fewer than `atMost` parts are in
 * progress. Otherwise the part joins the queue of the batches. Of concurrent viewers one changes the part.
 */
export async function requestRekeyToWatch(
  { posts, rekeys }: MigrationDeps,
  { videoPostId, fileIndex }: Part,
  { viewer, atMost }: { readonly viewer: Viewer; readonly atMost: number },
  now: number,
): Promise<CommandOutcome<WatchAnswer>> {
  const full = (await rekeys.underWay()) >= atMost;
  // No viewer is named in the history.
  const trace = { actor: SYSTEM, action: "migration.request", part: { fileIndex } } as const;
  const outcome = await decideAndSave<WatchAnswer>(posts, videoPostId, trace, now, (post) => {
    const file = post.files.find((part) => part.fileIndex === fileIndex);
    if (file !== undefined && !mayWatchAny(file, viewer)) return { kind: "unchanged", value: "nothing-allowed" };
    if (full && file !== undefined) return { kind: "unchanged", value: rekeyState(file) };
    return startRekey(post, fileIndex, { jobId: uuidV7(now), restart: false }, now);
  });
  if (outcome.kind === "done" && outcome.value === "waiting") {
    await rekeys.enqueue({ kind: "post", videoPostId, fileIndex }, 1, now);
  }
  return outcome;
}

function mayWatchAny(file: VideoFile, viewer: Viewer): boolean {
  return rekeyState(file) === null || file.qualityAuth.some((auth) => mayWatch(auth, viewer));
}

/** Saves of one invocation, some 20 statements each, beside the other steps of the Cron Trigger. */
const MOST_AT_ONCE = 5;

/**
 * Starts the next parts of the queue while fewer than `maxInFlight` are in progress. Calls may overlap. Returns how
 * many parts left the queue.
 */
export async function continueRekey(
  { posts, rekeys }: MigrationDeps,
  maxInFlight: number,
  now: number,
): Promise<number> {
  const parts = (await rekeys.next(maxInFlight)).slice(0, MOST_AT_ONCE);
  for (const part of parts) {
    const outcome = await requestRekey(posts, part, { restart: true }, now);
    // On a conflict (the post is being edited) the part keeps its place.
    if (outcome.kind !== "conflict") await rekeys.leave(part.fileId);
  }
  return parts.length;
}
