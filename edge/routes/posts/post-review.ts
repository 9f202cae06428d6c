import { refreshVideoPostTranscodeStatus } from "../../../shared/application/commands/refresh-video-post.ts";
import {
  auditVideoPost,
  submitVideoPost,
  withdrawVideoPost,
} from "../../../shared/application/commands/review-video-post.ts";
import type { SeenPost } from "../../../shared/application/decide-on-version.ts";
import { describeRevision } from "../../../shared/application/queries/post-history.ts";
import { answer } from "../../api/answer.ts";
import { revisionCursor } from "../../api/cursor.ts";
import * as define from "../../api/definitions/posts/post-review.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { refused } from "../../http/refusal.ts";
import { editedPost, editedVersion } from "./edited-post.ts";

type Deps = Pick<Context, "posts" | "postHistory" | "now">;

/** Below `/api/v2/video-posts/{videoPostId}`: the review and the history. */
export const postReviewRoutes: readonly Route<Deps>[] = [
  route(define.auditVideoPost, {
    asked: ({ body: { result, reason } }) => ({ details: { result, reason } }),
    handle: async ({ posts, now }: Deps, { params, body: { version, ...verdict }, caller }) =>
      editedVersion(await auditVideoPost(posts, seenPost(params, version), { ...verdict, by: caller.id }, now())),
  }),

  route(define.submitVideoPost, {
    asked: () => ({}),
    handle: async ({ posts, now }: Deps, { params, body: { version }, caller }) =>
      editedVersion(await submitVideoPost(posts, seenPost(params, version), caller.id, now())),
  }),

  route(define.withdrawVideoPost, {
    asked: ({ body: { reason } }) => ({ details: { reason } }),
    handle: async ({ posts, now }: Deps, { params, body: { version, reason }, caller }) =>
      editedVersion(await withdrawVideoPost(posts, seenPost(params, version), { reason, by: caller.id }, now())),
  }),

  route(define.refreshVideoPost, {
    asked: () => ({}),
    handle: async ({ posts, now }: Deps, { params, caller }) =>
      editedPost(await refreshVideoPostTranscodeStatus(posts, params.videoPostId, caller.id, now())),
  }),

  route(define.listVideoPostHistory, {
    handle: async ({ postHistory }: Deps, { params: { videoPostId }, query: { limit, cursor = null } }) => {
      // One more than the page shows whether another page follows.
      const found = await postHistory.page({ videoPostId, before: cursor, limit: limit + 1 });
      if (found.length === 0 && cursor === null) return refused("not-found");
      const shown = found.slice(0, limit);
      const last = found.length > limit ? shown.at(-1) : undefined;
      const nextCursor = last === undefined ? null : revisionCursor.write(last.version);
      return answer(200, { items: shown.map(describeRevision), nextCursor });
    },
  }),
];

function seenPost({ videoPostId }: { readonly videoPostId: string }, version: number | undefined): SeenPost {
  return { videoPostId, seenVersion: version ?? null };
}
