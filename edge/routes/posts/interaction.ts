import { changeVideoPostInteraction } from "../../../shared/application/commands/change-video-post-interaction.ts";
import { describeVideoPost } from "../../../shared/application/queries/video-posts.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/library.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { commandRefusal } from "../../http/command-refusal.ts";

type Deps = Pick<Context, "posts" | "now">;

/** `PUT /api/v2/video-posts/{videoPostId}/interaction`. */
export const interactionRoutes: readonly Route<Deps>[] = [
  route(define.changeVideoPostInteraction, {
    asked: ({ body: { comments, liveComments } }) => ({ details: { comments, liveComments } }),
    handle: async ({ posts, now }: Deps, { params, body, caller }) => {
      const outcome = await changeVideoPostInteraction(posts, params.videoPostId, body, caller.id, now());
      return outcome.kind === "done" ? answer(200, describeVideoPost(outcome.post)) : commandRefusal(outcome);
    },
  }),
];
