import type { SaveOutcome } from "../../../application/ports/video-post-repository.ts";
import { errorCode } from "../retries.ts";

const NOT_NULL_VIOLATION = "23502";
const UNIQUE_VIOLATION = "23505";

const TAKEN: Readonly<Record<string, Exclude<SaveOutcome, "saved">>> = {
  video_post_revision_video_post_id_version_pk: "conflict",
  video_file_post_upload: "upload-used",
};

/**
 * Why the transaction of a save was refused. If both the guard and the version fail, Postgres reports the guard. Any
 * other constraint is a bug: null.
 */
export function saveRefusal(error: unknown): Exclude<SaveOutcome, "saved"> | null {
  const { table, column, constraint } = error as { table?: string; column?: string; constraint?: string };
  switch (errorCode(error)) {
    case NOT_NULL_VIOLATION:
      return table === "video_post_revision" && column === "lease_guard" ? "lease-lost" : null;
    case UNIQUE_VIOLATION:
      return TAKEN[constraint ?? ""] ?? null;
    default:
      return null;
  }
}
