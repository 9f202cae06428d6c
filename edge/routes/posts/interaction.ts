import { changeVideoPostInteraction } from "../../../shared/application/commands/change-video-post-interaction.ts";
import * as define from "../../api/definitions/library/library.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { editedVersion } from "./edited-post.ts";

type Deps = Pick<Context, "posts" | "now">;

/** `PUT /api/v2/video-posts/{videoPostId}/interaction`. */
export const interactionRoutes: readonly Route<Deps>[] = [
  route(define.changeVideoPostInteraction, {
    asked: ({ body: { comments, liveComments } }) => ({ details: { comments, liveComments } }),
    handle: async (
      { posts, now }: Deps,
      { params: { videoPostId }, body: { version = null, ...interaction }, caller },
    ) => {
      const seen = { videoPostId, seenVersion: version };
      return editedVersion(await changeVideoPostInteraction(posts, seen, interaction, caller.id, now()));
    },
  }),
];
