import { isUuid } from "../../../shared/lib/random-id.ts";

export type PartPath = { readonly videoPostId: string; readonly fileIndex: number };

/** The part that a path names; null for a path that names none. */
export function partOfPath(params: { readonly videoPostId: string; readonly fileIndex: string }): PartPath | null {
  const { videoPostId, fileIndex } = params;
  return isUuid(videoPostId) && /^\d{1,9}$/.test(fileIndex) ? { videoPostId, fileIndex: Number(fileIndex) } : null;
}
