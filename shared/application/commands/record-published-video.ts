import { publishedVideoOf } from "../../domain/post/published-video.ts";
import { runIsolated } from "../isolated-steps.ts";
import type { Library } from "../ports/library.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

type Deps = { readonly posts: Pick<VideoPostRepository, "load">; readonly library: Library };

/**
 * Brings the library to the present state of a post, unless it reflects this version or a later one already. Events may
 * therefore come twice and in any order.
 */
export async function recordPublishedVideo(
  { posts, library }: Deps,
  { videoPostId, version }: { readonly videoPostId: string; readonly version: number },
): Promise<void> {
  if (!(await library.reflects(videoPostId, version))) await recordPresent({ posts, library }, videoPostId);
}

async function recordPresent({ posts, library }: Deps, videoPostId: string): Promise<void> {
  const post = await posts.load(videoPostId);
  if (post === null) return;
  await library.record({ videoPostId, version: post.version, video: publishedVideoOf(post) });
}

/** Records up to `limit` published posts that the library does not know yet. Returns how many it found. */
export async function recordUnknownVideos(deps: Deps, limit: number): Promise<number> {
  const unknown = await deps.library.listUnrecorded(limit);
  const steps = unknown.map((videoPostId) => {
    return [videoPostId, () => recordPresent(deps, videoPostId)] as const;
  });
  await runIsolated(Object.fromEntries(steps));
  return unknown.length;
}
