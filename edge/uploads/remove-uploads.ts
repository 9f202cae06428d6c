import type { UploadStore } from "../../shared/application/ports/upload-store.ts";
import type { CreatedAt } from "../../shared/application/ports/webhook-deliveries.ts";
import type { Upload } from "../../shared/domain/uploads/upload.ts";
import { uploadObjectKey } from "./part-addresses.ts";
import { deleteChunks } from "./upload-chunks.ts";

/** `source`: the SOURCE bucket. */
export type UploadStorage = { readonly uploads: UploadStore; readonly source: R2Bucket };

/** Removes an upload's chunks and its row. False when there is no such upload or a part has been made of it. */
export async function removeUpload({ uploads, source }: UploadStorage, uploadId: string): Promise<boolean> {
  return finish({ uploads, source }, await uploads.beginRemoval(uploadId));
}

async function finish({ uploads, source }: UploadStorage, upload: Upload | null): Promise<boolean> {
  if (upload === null) return false;
  const { uploadId, multipartId, state } = upload;
  if (multipartId !== null && state === "OPEN") await abort(source, uploadObjectKey(upload), multipartId);
  await deleteChunks(source, upload.tempPath);
  await uploads.finishRemoval(uploadId);
  return true;
}

/** R2 deletes the parts. It has joined or aborted the upload already if it does not know it (10024). */
async function abort(source: R2Bucket, key: string, multipartId: string): Promise<void> {
  try {
    await source.resumeMultipartUpload(key, multipartId).abort();
  } catch (error) {
    if (!(error instanceof Error && error.message.includes("10024"))) throw error;
  }
}

/**
 * The sweep: removes up to `limit` expired uploads that no part uses. One that fails does not stop the others. Returns how
 * many it removed.
 */
export async function removeExpiredUploads(storage: UploadStorage, at: CreatedAt, limit: number): Promise<number> {
  let removed = 0;
  const failures: unknown[] = [];
  for (const uploadId of await storage.uploads.listRemovable(at.now, limit)) {
    try {
      if (await finish(storage, await storage.uploads.beginExpiry(uploadId, at))) removed++;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} expired uploads are not removed`);
  return removed;
}
