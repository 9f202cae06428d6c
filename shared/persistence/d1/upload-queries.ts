import { eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { uploadSession } from "./schema/jobs.ts";
import { videoFilePost } from "./schema/video-post.ts";

/** `sha256` in hex, where the client gave one in the upload's metadata. */
export type UploadedSource = {
  readonly size: number | null;
  readonly tempPath: string;
  readonly sha256: string | null;
};

/** GetUploadSessionTempPath: where the chunks of an upload lie, and what they are together. */
export async function getUploadSessionTempPath(db: Database, uploadId: string): Promise<UploadedSource | null> {
  const { size, tempPath, metadata } = uploadSession;
  const rows = await db
    .select({ size, tempPath, metadata })
    .from(uploadSession)
    .where(eq(uploadSession.uploadId, uploadId));
  const [found] = rows;
  return found ? { size: found.size, tempPath: found.tempPath, sha256: hexDigest(found.metadata.sha256) } : null;
}

/** What is no SHA-256 was meant as something else, and is not held against the upload. */
function hexDigest(value: string | null | undefined): string | null {
  const hex = value?.trim().toLowerCase() ?? "";
  return /^[0-9a-f]{64}$/.test(hex) ? hex : null;
}

/** Whether a part was made of the upload. One upload makes one part, since it goes when its post is published. */
export async function isUploadUsed(db: Database, uploadId: string): Promise<boolean> {
  const rows = await db
    .select({ id: videoFilePost.id })
    .from(videoFilePost)
    .where(eq(videoFilePost.uploadId, uploadId));
  return rows.length > 0;
}
