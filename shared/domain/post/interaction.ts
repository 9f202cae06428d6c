import { type Decision, type Interaction, refused, settle, type VideoPost } from "./video-post.ts";

/** Unchanged if the settings are the same. `eventsOfChange` raises the event, as for every other edit. */
export function changeVideoPostInteraction(post: VideoPost, interaction: Interaction, now: number): Decision {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const { comments, liveComments } = post.interaction;
  const isSame = interaction.comments === comments && interaction.liveComments === liveComments;
  if (isSame) return { kind: "unchanged", value: undefined };
  return { kind: "changed", change: settle({ ...post, interaction }, [], now), value: undefined };
}
