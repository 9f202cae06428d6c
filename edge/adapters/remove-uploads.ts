import type { Database } from "../../shared/persistence/d1/database.ts";
import { deleteChunks } from "./upload-chunks.ts";
import { condemnUpload, dropUpload, listRemovableUploads } from "./upload-sessions.ts";

export type UploadStorage = { readonly db: Database; readonly source: R2Bucket };

/** Removes an upload's chunks and its row, unless a post uses it. False when there is none or it is used. */
export async function removeUpload(storage: UploadStorage, uploadId: string): Promise<boolean> {
  const session = await condemnUpload(storage.db, uploadId);
  if (session === null) return false;
  await deleteChunks(storage.source, session.tempPath);
  await dropUpload(storage.db, uploadId);
  return true;
}

/** The sweep: removes up to `limit` uploads that expired and that no post uses. Returns how many it removed. */
export async function removeExpiredUploads(storage: UploadStorage, now: number, limit: number): Promise<number> {
  let removed = 0;
  for (const uploadId of await listRemovableUploads(storage.db, now, limit)) {
    if (await removeUpload(storage, uploadId)) removed++;
  }
  return removed;
}
