import { changeVideoPostInteraction as change } from "../../domain/interaction.ts";
import type { Interaction } from "../../domain/video-post.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

export function changeVideoPostInteraction(
  posts: VideoPostRepository,
  videoPostId: string,
  interaction: Interaction,
  by: string,
  now: number,
): Promise<CommandOutcome> {
  return decideAndSave(posts, videoPostId, { actor: by, action: "post.interaction" }, now, (post) =>
    change(post, interaction, now),
  );
}
