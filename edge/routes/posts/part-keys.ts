import { latestKeyVersion, partEncryption } from "../../../shared/application/queries/part-encryption.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/posts/part-keys.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { refused } from "../../http/refusal.ts";

type Deps = Pick<Context, "posts" | "contentKeys">;
type Part = { readonly videoPostId: string; readonly fileIndex: string };

/** Below a part: what 001 calls GetVideoEncryptStatus, GetLatestVideoHlsKeyVersion and ListVideoHlsEncryptKeys. */
export const partKeyRoutes: readonly Route<Deps>[] = [
  route(define.getVideoEncryptStatus, {
    handle: async ({ posts }: Deps, { params }) => {
      const index = indexOf(params);
      const post = index === null ? null : await posts.load(params.videoPostId);
      const encryption = index === null || post === null ? null : partEncryption(post, index);
      return encryption === null ? refused("not-found") : answer(200, encryption);
    },
  }),

  route(define.getLatestVideoHlsKeyVersion, {
    handle: async ({ posts }: Deps, { params }) => {
      const index = indexOf(params);
      const post = index === null ? null : await posts.load(params.videoPostId);
      const file = post?.files.find(({ fileIndex }) => fileIndex === index);
      if (file === undefined) return refused("not-found");
      return answer(200, {
        videoPostId: params.videoPostId,
        fileIndex: file.fileIndex,
        keyVersion: latestKeyVersion(file),
      });
    },
  }),

  route(define.listVideoHlsEncryptKeys, {
    handle: async ({ contentKeys }: Deps, { params }) => {
      const fileIndex = indexOf(params);
      const { videoPostId } = params;
      const items = fileIndex === null ? null : await contentKeys.list({ videoPostId, fileIndex });
      return items === null ? refused("not-found") : answer(200, { items });
    },
  }),
];

/** Null where the path names no part: it is a whole number without leading zeros. */
function indexOf({ fileIndex }: Part): number | null {
  return /^(?:0|[1-9]\d{0,5})$/.test(fileIndex) ? Number(fileIndex) : null;
}
