import type { FileSource } from "../../domain/part/video-file.ts";
import type { NewFile } from "../../domain/post/video-post.ts";
import type { KeyVault } from "../../key-vault/key-vault.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import { wrapSourceUrl } from "../source-url.ts";

/** As the client sent it. A URL is wrapped before it reaches the aggregate. */
export type GivenSource =
  | { readonly kind: "upload"; readonly uploadId: string }
  | { readonly kind: "url"; readonly url: string };

export type NewPart = {
  readonly source: GivenSource;
  readonly fileName: string;
  readonly fileSize: number | null;
  readonly durationSeconds: number | null;
};

/** A source with the ids of its version and of its first job. */
export async function newFile(vault: KeyVault, part: NewPart, now: number): Promise<NewFile> {
  const id = uuidV7(now);
  return { ...part, id, jobId: uuidV7(now), source: await storedSource(vault, id, part.source) };
}

async function storedSource(vault: KeyVault, fileId: string, source: GivenSource): Promise<FileSource> {
  return source.kind === "url" ? { kind: "url", url: await wrapSourceUrl(vault, fileId, source.url) } : source;
}

/** Why the list cannot be used, or null: an upload makes one part. */
export function repeatedUpload(parts: readonly NewPart[]): string | null {
  const ids = parts.flatMap(({ source }) => (source.kind === "upload" ? [source.uploadId] : []));
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  return repeated === undefined ? null : `uploadFileList: upload ${repeated} is listed twice; an upload makes one part`;
}
