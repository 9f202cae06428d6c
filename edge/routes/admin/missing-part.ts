import type { VideoPostRepository } from "../../../shared/application/ports/video-post-repository.ts";
import { type Refusal, refused } from "../../http/refusal.ts";

/** Why a request that names a post, or one of its parts, has nothing to work on; null where it has. */
export async function missingPart(
  posts: Pick<VideoPostRepository, "load">,
  videoPostId: string,
  fileIndex: number | null,
): Promise<Refusal<"not-found" | "deleted"> | null> {
  const post = await posts.load(videoPostId);
  if (post === null) return refused("not-found");
  if (post.deletedAt !== null) return refused("deleted");
  const known = fileIndex === null || post.files.some((part) => part.fileIndex === fileIndex);
  return known ? null : refused("not-found");
}
