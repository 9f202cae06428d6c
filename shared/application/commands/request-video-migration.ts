import { type MigrationState, migrationState, requestMigration } from "../../domain/imported-post.ts";
import { mayWatch, type Viewer } from "../../domain/quality-auth.ts";
import type { VideoFile } from "../../domain/video-file.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { MigrationStore } from "../migration-store.ts";
import type { VideoPostRepository } from "../ports.ts";

type Part = { readonly videoPostId: string; readonly fileIndex: number };

/** RequestVideoMigration: the job that gives an imported part its keys, in one save; none where there is one already. */
export function requestVideoMigration(
  posts: VideoPostRepository,
  { videoPostId, fileIndex }: Part,
  restart: boolean,
  now: number,
): Promise<CommandOutcome<MigrationState | null>> {
  return decideAndSave(posts, videoPostId, now, (post) =>
    requestMigration(post, fileIndex, { jobId: uuidV7(now), restart }, now),
  );
}

/**
 * The same for somebody who wants to watch: only if at least one quality would be theirs. Everybody who comes at the
 * same time asks in vain but for one, since the part is no longer what they have read.
 */
export function requestVideoMigrationToWatch(
  posts: VideoPostRepository,
  { videoPostId, fileIndex }: Part,
  viewer: Viewer,
  now: number,
): Promise<CommandOutcome<MigrationState | "nothing-allowed" | null>> {
  return decideAndSave<MigrationState | "nothing-allowed" | null>(posts, videoPostId, now, (post) => {
    const file = post.files.find((part) => part.fileIndex === fileIndex);
    if (file !== undefined && !mayWatchAny(file, viewer)) return { kind: "unchanged", value: "nothing-allowed" };
    return requestMigration(post, fileIndex, { jobId: uuidV7(now), restart: false }, now);
  });
}

function mayWatchAny(file: VideoFile, viewer: Viewer): boolean {
  return migrationState(file) === null || file.qualityAuth.some((auth) => mayWatch(auth, viewer));
}

/** Saves of one request, each of which loads a post: well under what a Worker may send to D1. */
const MOST_AT_ONCE = 50;

/**
 * Begins with the parts that are next in line, as long as fewer than `maxInFlight` are under way. Any number of these may
 * run at once: what two of them begin is begun once. Returns how many parts it took out of the line.
 */
export async function continueMigration(
  { posts, migrations }: { readonly posts: VideoPostRepository; readonly migrations: MigrationStore },
  maxInFlight: number,
  now: number,
): Promise<number> {
  const parts = await migrations.next(Math.min(maxInFlight, MOST_AT_ONCE));
  for (const part of parts) {
    const outcome = await requestVideoMigration(posts, part, true, now);
    // A conflict is somebody who edits the post: it keeps its place.
    if (outcome.kind !== "conflict") await migrations.leave(part.fileId);
  }
  return parts.length;
}
