import type { UploadStore } from "../../shared/application/ports/upload-store.ts";
import { deleteChunks } from "./upload-chunks.ts";

/** `source`: the SOURCE bucket. */
export type UploadStorage = { readonly uploads: UploadStore; readonly source: R2Bucket };

/** Removes an upload's chunks and its row. False when there is no such upload or a part has been made of it. */
export async function removeUpload({ uploads, source }: UploadStorage, uploadId: string): Promise<boolean> {
  const upload = await uploads.beginRemoval(uploadId);
  if (upload === null) return false;
  await deleteChunks(source, upload.tempPath);
  await uploads.finishRemoval(uploadId);
  return true;
}

/** The sweep: removes up to `limit` expired uploads that no part uses. Returns how many it removed. */
export async function removeExpiredUploads(storage: UploadStorage, now: number, limit: number): Promise<number> {
  let removed = 0;
  for (const uploadId of await storage.uploads.listRemovable(now, limit)) {
    if (await removeUpload(storage, uploadId)) removed++;
  }
  return removed;
}
