import { eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { uploadSession } from "./schema.ts";

export type Upload = {
  readonly uploadId: string;
  readonly owner: string;
  readonly size: number | null;
  readonly tempPath: string;
  readonly state: "OPEN" | "COMPLETE";
};

/** Where the chunks of an upload lie (GetUploadSessionTempPath of the sources), and whether they are all there. */
export async function findUpload(db: Database, uploadId: string): Promise<Upload | null> {
  const rows = await db.select().from(uploadSession).where(eq(uploadSession.uploadId, uploadId));
  return rows[0] ?? null;
}
