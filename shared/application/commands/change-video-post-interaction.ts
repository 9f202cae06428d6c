import { changeVideoPostInteraction as change } from "../../domain/post/interaction.ts";
import type { Interaction } from "../../domain/post/video-post.ts";
import { decideOnVersion, type SeenPost, type VersionedOutcome } from "../decide-on-version.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

export function changeVideoPostInteraction(
  posts: VideoPostRepository,
  seen: SeenPost,
  interaction: Interaction,
  by: string,
  now: number,
): Promise<VersionedOutcome> {
  return decideOnVersion(posts, seen, { actor: by, action: "post.interaction" }, now, (post) =>
    change(post, interaction, now),
  );
}
