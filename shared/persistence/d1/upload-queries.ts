import { eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { uploadSession, videoFilePost } from "./schema.ts";

export type UploadedSource = { readonly size: number | null; readonly tempPath: string };

/** GetUploadSessionTempPath: where the chunks of an upload lie, and how many bytes they are together. */
export async function getUploadSessionTempPath(db: Database, uploadId: string): Promise<UploadedSource | null> {
  const { size, tempPath } = uploadSession;
  const rows = await db.select({ size, tempPath }).from(uploadSession).where(eq(uploadSession.uploadId, uploadId));
  return rows[0] ?? null;
}

/** Whether a part was made of the upload. One upload makes one part, since it goes when its post is published. */
export async function isUploadUsed(db: Database, uploadId: string): Promise<boolean> {
  const rows = await db
    .select({ id: videoFilePost.id })
    .from(videoFilePost)
    .where(eq(videoFilePost.uploadId, uploadId));
  return rows.length > 0;
}
