import type { NewPart } from "../../../shared/application/commands/new-file.ts";
import type { UploadStore, UploadWithUse } from "../../../shared/application/ports/upload-store.ts";
import { type Refusal, refused } from "../../../shared/domain/post/video-post.ts";
import type { UploadFile } from "../../api/definitions/posts/upload-file-list.ts";

export type ResolvedSources =
  | { readonly kind: "resolved"; readonly files: readonly NewPart[] }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * The uploads of a new post, in one read for any number. Each must be complete, unused and the caller's own. The check
 * of use gives a clear error early; the save enforces it. `field`: the field of the body that a refusal names.
 */
export async function resolveSources(
  uploads: Pick<UploadStore, "findAll">,
  list: readonly UploadFile[],
  owner: string,
  now: number,
  field: "uploadFileList" | "uploadId" = "uploadFileList",
): Promise<ResolvedSources> {
  const ids = list.flatMap(({ uploadId }) => (uploadId === undefined ? [] : [uploadId]));
  const found = ids.length === 0 ? [] : await uploads.findAll(ids, owner);
  const byId = new Map(found.map((upload) => [upload.uploadId, upload]));
  const files: NewPart[] = [];
  for (const file of list) {
    const { fileName, sourceUrl, uploadId, duration: durationSeconds = null } = file;
    if (sourceUrl !== undefined) {
      files.push({ source: { kind: "url", url: sourceUrl }, fileName, fileSize: null, durationSeconds });
      continue;
    }
    if (uploadId === undefined) throw new Error("uploadFileList has an entry without a source");
    const upload = byId.get(uploadId);
    const refusal = refusalOf(file, upload, field, now);
    if (upload === undefined || refusal !== null) return refused(refusal ?? noUpload(field, uploadId));
    files.push({ source: { kind: "upload", uploadId }, fileName, fileSize: upload.size, durationSeconds });
  }
  return { kind: "resolved", files };
}

function noUpload(field: string, uploadId: string): Refusal {
  return { kind: "invalid", detail: `${field}: unknown upload ${uploadId}` };
}

function refusalOf(
  { uploadId, fileSize }: UploadFile,
  upload: UploadWithUse | undefined,
  field: string,
  now: number,
): Refusal | null {
  const invalid = (detail: string): Refusal => ({ kind: "invalid", detail: `${field}: ${detail}` });
  const wrongState = (detail: string): Refusal => ({ kind: "wrong-state", detail: `upload ${uploadId} ${detail}` });
  if (upload === undefined) return null;
  if (upload.tokenId !== null) return wrongState("is of an upload token, which creates its post");
  if (upload.state !== "COMPLETE") return wrongState("is not complete");
  if (upload.size === 0) return invalid(`upload ${uploadId} is empty; upload the file again`);
  if (fileSize !== undefined && fileSize !== upload.size)
    return invalid(`upload ${uploadId} has ${upload.size} bytes, not ${fileSize}; upload the file again`);
  if (upload.expiresAt <= now) return wrongState("has expired");
  return upload.isUsed ? wrongState("is used by a post already") : null;
}
