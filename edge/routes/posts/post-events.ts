import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/posts/post-events.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { refused } from "../../http/refusal.ts";
import { openPostStream } from "../../post-events/open-post-stream.ts";

type Deps = Pick<Context, "env" | "jobs" | "now" | "posts">;

/** `GET /api/v2/video-posts/{videoPostId}/events`. */
export const postEventRoutes: readonly Route<Deps>[] = [
  route(define.streamVideoPostEvents, {
    handle: async (deps: Deps, { params: { videoPostId }, caller }) => {
      const post = await deps.posts.load(videoPostId);
      if (post === null) return refused("not-found");
      if (post.deletedAt !== null) return refused("deleted");
      const opened = await openPostStream(deps, videoPostId, caller.id);
      if (opened.kind === "refused") return opened;
      // A proxy that compresses collects events before it passes them on (RFC 9111 5.2.2.6).
      const cacheControl = "no-store, no-transform";
      return answer(200, { kind: "file", contentType: "text/event-stream", open: () => opened.stream, cacheControl });
    },
  }),
];
