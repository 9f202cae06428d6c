import type { SaveOutcome } from "../../../application/ports/video-post-repository.ts";

/**
 * Why the batch of a save was refused. D1 distinguishes a taken primary key from a NOT NULL guard only by the text of
 * the error; if both fail, SQLite names the guard. Any other constraint is a bug: null.
 */
export function saveRefusal(error: unknown): Exclude<SaveOutcome, "saved"> | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.message.includes("NOT NULL constraint failed: video_post_revision.lease_guard")) return "lease-lost";
    const taken = "UNIQUE constraint failed: video_post_revision.video_post_id, video_post_revision.version";
    if (cause.message.includes(taken)) return "conflict";
    if (cause.message.includes("UNIQUE constraint failed: video_file_post.upload_id")) return "upload-used";
  }
  return null;
}
