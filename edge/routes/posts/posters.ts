import { choosePoster } from "../../../shared/application/commands/choose-poster.ts";
import { posterKey } from "../../../shared/domain/part/object-keys.ts";
import { candidateImage, shownPoster } from "../../../shared/domain/part/shown-images.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/posts/posters.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { domainRefusal } from "../../http/command-refusal.ts";
import { refused } from "../../http/refusal.ts";
import { PRIVATE_IMAGE } from "../../images/image-response.ts";
import { IMAGE_TYPES } from "../../images/image-types.ts";
import { storeUploadedPoster } from "../../images/uploaded-poster.ts";
import { removeUpload } from "../../uploads/remove-uploads.ts";
import { editedVersion } from "./edited-post.ts";
import { resolveSources } from "./resolve-sources.ts";

type Deps = Pick<Context, "posts" | "uploads" | "env" | "now">;

/** The poster of a part, for editors. */
export const posterRoutes: readonly Route<Deps>[] = [
  route(define.getPartPoster, {
    handle: async ({ posts, env }: Deps, { params: { videoPostId, fileIndex: index }, query: { candidate } }) => {
      const fileIndex = indexOf(index);
      const post = fileIndex === null ? null : await posts.load(videoPostId);
      if (post?.deletedAt != null) return refused("deleted");
      const file = post?.files.find((part) => part.fileIndex === fileIndex);
      if (file === undefined) return refused("not-found");
      const image = candidate === undefined ? shownPoster(file) : candidateImage(file.images, candidate);
      const object = image === null ? null : await env.SOURCE.get(image.objectKey);
      if (image === null || object === null) return refused("not-found");
      const { body, size: bytes } = object;
      const contentType = IMAGE_TYPES[image.format];
      return answer(200, { kind: "file", contentType, bytes, cacheControl: PRIVATE_IMAGE, open: () => body });
    },
  }),

  route(define.setPoster, {
    asked: ({ params, body: { candidate } }) => ({
      fileIndex: indexOf(params.fileIndex),
      details: { poster: candidate ?? "upload" },
    }),
    handle: async (deps: Deps, { params, body: { candidate, uploadId, version = null }, caller }) => {
      const fileIndex = indexOf(params.fileIndex);
      if (fileIndex === null) return refused("not-found");
      const { posts, uploads, env } = deps;
      const now = deps.now();
      const edited = { videoPostId: params.videoPostId, fileIndex, seenVersion: version, editor: caller.id };
      if (uploadId === undefined) {
        return editedVersion(await choosePoster(posts, edited, { kind: "candidate", number: candidate! }, now));
      }
      const named = [{ uploadId, fileName: "poster" }];
      const resolved = await resolveSources(uploads, named, caller.id, now, "uploadId");
      if (resolved.kind === "refused") return domainRefusal(resolved.refusal);
      const stored = await storeUploadedPoster(env.SOURCE, uploadId, resolved.files[0]?.fileSize ?? 0);
      if (stored.kind === "refused") return domainRefusal(stored.refusal);
      const outcome = await choosePoster(posts, edited, { kind: "own", ...stored.poster }, now);
      if (outcome.kind !== "done") await env.SOURCE.delete(posterKey(stored.poster.id));
      else await removeUpload({ uploads, source: env.SOURCE }, uploadId);
      return editedVersion(outcome);
    },
  }),

  route(define.resetPoster, {
    asked: ({ params }) => ({ fileIndex: indexOf(params.fileIndex) }),
    handle: async (deps: Deps, { params: { videoPostId, fileIndex: index }, query: { version = null }, caller }) => {
      const fileIndex = indexOf(index);
      if (fileIndex === null) return refused("not-found");
      const edited = { videoPostId, fileIndex, seenVersion: version, editor: caller.id };
      return editedVersion(await choosePoster(deps.posts, edited, null, deps.now()));
    },
  }),
];

function indexOf(fileIndex: string): number | null {
  return /^\d{1,6}$/.test(fileIndex) ? Number(fileIndex) : null;
}
