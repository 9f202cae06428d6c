import {
  type CreatedVideoPost,
  createdVideoPost,
  createVideoPost,
} from "../../../shared/application/commands/create-video-post.ts";
import { deleteVideoPost, updateVideoPost } from "../../../shared/application/commands/edit-video-post.ts";
import type { VideoPostSummary } from "../../../shared/application/ports/video-post-queries.ts";
import { describeVideoPost } from "../../../shared/application/queries/video-posts.ts";
import { allows } from "../../../shared/domain/access/scope.ts";
import { imageUrl } from "../../../shared/domain/part/image-address.ts";
import { answer } from "../../api/answer.ts";
import { postCursor } from "../../api/cursor.ts";
import * as define from "../../api/definitions/posts/posts.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { domainRefusal } from "../../http/command-refusal.ts";
import { refused } from "../../http/refusal.ts";
import { editedVersion } from "./edited-post.ts";
import { resolveSources } from "./resolve-sources.ts";

const OTHER_AUTHOR = "A post of another author needs the scope posts:author.";

type Deps = Pick<Context, "posts" | "postQueries" | "uploads" | "vault" | "now">;

/** `/api/v2/video-posts`, for editors and sites. */
export const videoPostRoutes: readonly Route<Deps>[] = [
  route(define.createVideoPost, {
    asked: ({ body: { title, resourceType, access, autoPublish } }) => ({
      details: { title, resourceType, access, autoPublish },
    }),
    handle: async (deps: Deps, { body, caller }) => {
      const now = deps.now();
      const { authorId = caller.id } = body;
      if (authorId !== caller.id && !allows(caller.scopes, "posts:author")) return refused("not-allowed", OTHER_AUTHOR);
      const resolved = await resolveSources(deps.uploads, body.uploadFileList, caller.id, now);
      if (resolved.kind === "refused") return domainRefusal(resolved.refusal);
      const outcome = await createVideoPost(
        deps,
        { ...body, by: caller.id, authorId, uploadFileList: resolved.files },
        now,
      );
      if (outcome.kind === "refused") return domainRefusal(outcome.refusal);
      return createdAnswer(outcome.created);
    },
    ofSave: (save) => createdAnswer(createdVideoPost(save)),
  }),

  route(define.listVideoPosts, {
    handle: async ({ postQueries }: Deps, { query: { limit, cursor, ...filter } }) => {
      const { items, next } = await postQueries.list({ filter, after: cursor ?? null, limit });
      return answer(200, { items: items.map(shownSummary), nextCursor: next === null ? null : postCursor.write(next) });
    },
  }),

  route(define.getVideoPost, {
    handle: async ({ posts }: Deps, { params }) => {
      const post = await posts.load(params.videoPostId);
      return post === null ? refused("not-found") : answer(200, describeVideoPost(post));
    },
  }),

  route(define.updateVideoPost, {
    asked: ({ body: { title } }) => ({ details: { title } }),
    handle: async (deps: Deps, { params: { videoPostId }, body: { version = null, ...edit }, caller }) => {
      const seen = { videoPostId, seenVersion: version };
      return editedVersion(await updateVideoPost(deps.posts, seen, edit, caller.id, deps.now()));
    },
  }),

  route(define.deleteVideoPost, {
    asked: () => ({}),
    handle: async (deps: Deps, { params: { videoPostId }, query: { version = null }, caller }) => {
      const seen = { videoPostId, seenVersion: version };
      return editedVersion(await deleteVideoPost(deps.posts, seen, caller.id, deps.now()));
    },
  }),
];

/** With the address of the poster. */
function shownSummary({ poster, ...post }: VideoPostSummary) {
  if (poster === null) return { ...post, poster };
  const { address, ...image } = poster;
  return { ...post, poster: { ...image, url: address && imageUrl(post.videoPostId, image.fileIndex, address) } };
}

function createdAnswer(created: CreatedVideoPost) {
  const { videoPostId, status } = created;
  return answer(201, created, { videoPostId, details: { status } });
}
