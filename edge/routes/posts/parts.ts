import { createdVideoPost } from "../../../shared/application/commands/create-video-post.ts";
import {
  addParts,
  discardReplacement,
  removePart,
  reorderParts,
  replacePart,
} from "../../../shared/application/commands/edit-parts.ts";
import { describeVideoPost } from "../../../shared/application/queries/video-posts.ts";
import { replacementOf } from "../../../shared/domain/part/part-versions.ts";
import { uploadOf } from "../../../shared/domain/part/video-file.ts";
import type { AddedPart } from "../../../shared/domain/post/part-edits.ts";
import type { VideoPost } from "../../../shared/domain/post/video-post.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/posts/parts.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { domainRefusal } from "../../http/command-refusal.ts";
import { refused } from "../../http/refusal.ts";
import { editedVersion, versionedRefusal } from "./edited-post.ts";
import { resolveSources } from "./resolve-sources.ts";

type Deps = Pick<Context, "posts" | "uploads" | "vault" | "settings" | "now">;

/** Edits of the parts of a post, for editors and sites. */
export const partRoutes: readonly Route<Deps>[] = [
  route(define.addParts, {
    asked: () => ({}),
    handle: async (deps: Deps, { params: { videoPostId }, body, caller }) => {
      const now = deps.now();
      const resolved = await resolveSources(deps.uploads, body.uploadFileList, caller.id, now);
      if (resolved.kind === "refused") return domainRefusal(resolved.refusal);
      const edited = { videoPostId, seenVersion: body.version ?? null, editor: caller.id };
      const outcome = await addParts(ruled(deps), edited, resolved.files, now);
      if (outcome.kind !== "done") return versionedRefusal(outcome);
      return addedAnswer(outcome.post, outcome.value);
    },
    ofSave: (save) => addedAnswer(save.post, createdVideoPost(save).files),
  }),

  route(define.replacePart, {
    asked: ({ params }) => ({ fileIndex: indexOf(params.fileIndex) }),
    handle: async (deps: Deps, { params, body: { version, ...source }, caller }) => {
      const fileIndex = indexOf(params.fileIndex);
      if (fileIndex === null) return refused("not-found");
      const now = deps.now();
      const { videoPostId } = params;
      const present = await withThisUpload(deps, videoPostId, fileIndex, source.uploadId);
      if (present !== null) return answer(200, describeVideoPost(present));
      const resolved = await resolveSources(deps.uploads, [source], caller.id, now, "uploadId");
      if (resolved.kind === "refused") return domainRefusal(resolved.refusal);
      const edited = { videoPostId, fileIndex, seenVersion: version ?? null, editor: caller.id };
      const outcome = await replacePart(ruled(deps), edited, resolved.files[0]!, now);
      if (outcome.kind !== "done") return versionedRefusal(outcome);
      const { jobId } = outcome.value;
      return answer(202, { ...saved(outcome.post), fileIndex, jobId }, { details: { jobId } });
    },
  }),

  route(define.discardReplacement, {
    asked: ({ params }) => ({ fileIndex: indexOf(params.fileIndex) }),
    handle: async (deps: Deps, { params: { videoPostId, fileIndex: index }, query, caller }) => {
      const fileIndex = indexOf(index);
      if (fileIndex === null) return refused("not-found");
      const edited = { videoPostId, fileIndex, seenVersion: query.version ?? null, editor: caller.id };
      return editedVersion(await discardReplacement(deps, edited, deps.now()));
    },
  }),

  route(define.removePart, {
    asked: ({ params }) => ({ fileIndex: indexOf(params.fileIndex) }),
    handle: async (deps: Deps, { params: { videoPostId, fileIndex: index }, query, caller }) => {
      const fileIndex = indexOf(index);
      if (fileIndex === null) return refused("not-found");
      const edited = { videoPostId, fileIndex, seenVersion: query.version ?? null, editor: caller.id };
      return editedVersion(await removePart(ruled(deps), edited, deps.now()));
    },
  }),

  route(define.reorderParts, {
    asked: ({ body: { fileIndexes } }) => ({ details: { fileIndexes } }),
    handle: async (deps: Deps, { params: { videoPostId }, body: { fileIndexes, version }, caller }) => {
      const edited = { videoPostId, seenVersion: version ?? null, editor: caller.id };
      return editedVersion(await reorderParts(ruled(deps), edited, fileIndexes, deps.now()));
    },
  }),
];

function ruled({ posts, vault, settings }: Deps) {
  return { posts, vault, rule: settings.PART_EDITS_OF_PUBLISHED_POSTS };
}

/** Null for a path that names no part. */
function indexOf(segment: string): number | null {
  return /^\d{1,9}$/.test(segment) ? Number(segment) : null;
}

/** A repeated request, whose first response was lost: the post that already has this upload as its newest source. */
async function withThisUpload({ posts }: Deps, videoPostId: string, fileIndex: number, uploadId: string | undefined) {
  if (uploadId === undefined) return null;
  const post = await posts.load(videoPostId);
  if (post === null || post.deletedAt !== null) return null;
  const newest = replacementOf(post, fileIndex) ?? post.files.find((file) => file.fileIndex === fileIndex);
  return newest !== undefined && uploadOf(newest).includes(uploadId) ? post : null;
}

function addedAnswer(post: VideoPost, files: readonly AddedPart[]) {
  const fileIndexes = files.map(({ fileIndex }) => fileIndex);
  return answer(201, { ...saved(post), files }, { details: { fileIndexes } });
}

function saved(post: VideoPost) {
  return { videoPostId: post.id, version: post.version, status: post.status };
}
