import type { Caption } from "../../domain/part/caption.ts";
import type { VideoFile } from "../../domain/part/video-file.ts";
import type { VideoPost } from "../../domain/post/video-post.ts";

/** Captions as the API shows them: without the names of objects. */
export function describeCaption({ textId: _, objectKey: __, isDefault, isForced, ...caption }: Caption) {
  return { ...caption, default: isDefault, forced: isForced };
}

export function describeTexts({ captions, chapters }: VideoFile) {
  return { captions: captions.map(describeCaption), chapters: chapters?.items ?? [] };
}

/** The captions of one part; null where the post has no such part. */
export function describePartCaptions(post: VideoPost, fileIndex: number) {
  const file = partOf(post, fileIndex);
  if (file === null) return null;
  const { captions } = describeTexts(file);
  return { videoPostId: post.id, fileIndex, version: post.version, captions };
}

export function describePartChapters(post: VideoPost, fileIndex: number) {
  const file = partOf(post, fileIndex);
  if (file === null) return null;
  const { chapters } = describeTexts(file);
  return { videoPostId: post.id, fileIndex, version: post.version, origin: file.chapters?.origin ?? null, chapters };
}

/** Null as well for a post that is deleted. */
export function partOf({ files, deletedAt }: VideoPost, fileIndex: number): VideoFile | null {
  return deletedAt === null ? (files.find((file) => file.fileIndex === fileIndex) ?? null) : null;
}
