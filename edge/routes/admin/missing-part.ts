import type { VideoPostRepository } from "../../../shared/application/ports/video-post-repository.ts";
import { type Refusal, refused } from "../../http/refusal.ts";

/** The refusal of a request whose post or part does not exist; null if it exists. */
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
