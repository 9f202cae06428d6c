import type * as z from "zod";
import { importVideoPost } from "../../../shared/application/commands/import-video-post.ts";
import {
  type ImportedPost,
  importIdSchema,
  type importRequestSchema,
} from "../../../shared/application/protocols/import-protocol.ts";
import { importPrefix, mediaPlaylistKey } from "../../../shared/domain/part/object-keys.ts";
import { base64Decode } from "../../../shared/lib/base64.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/admin/imports.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { refused } from "../../http/refusal.ts";

type Import = z.output<typeof importRequestSchema>;
type Deps = Pick<Context, "posts" | "rekeys" | "vault" | "policyRule" | "env" | "now">;

/** `/admin/video/imports`: makes a post of content in SOURCE that has one key for all qualities. */
export const importRoutes: readonly Route<Deps>[] = [
  route(define.importVideoPost, {
    asked: ({ body: { importId, title } }) => ({ details: { importId, title } }),
    handle: async (deps: Deps, { body, caller }) => {
      const missing = await firstMissingPlaylist(deps.env.SOURCE, body);
      // A repeated import is no error: its objects may be deleted because it was re-keyed.
      const known = missing === null ? null : await importedPost(deps, body.importId);
      if (known !== null) return answer(200, known, factsOf(known));
      if (missing !== null) return refused("wrong-state", `${missing} does not exist: upload it first`);
      const authorId = body.authorId ?? caller.id;
      const input = { ...body, authorId, parts: partsOf(body) };
      const { outcome, videoPostId } = await importVideoPost(deps, input, deps.now());
      const imported = await importedPost(deps, body.importId);
      if (imported === null) throw new Error(`the post ${videoPostId} of an import was not found`);
      return answer(outcome === "created" ? 201 : 200, imported, factsOf(imported));
    },
  }),

  route(define.getImport, {
    handle: async (deps: Deps, { params }) => {
      const importId = importIdSchema.safeParse(params.importId);
      const found = importId.success ? await importedPost(deps, importId.data) : null;
      return found === null ? refused("not-found") : answer(200, found);
    },
  }),
];

function factsOf({ videoPostId, status }: ImportedPost) {
  return { videoPostId, details: { status } };
}

/** A deleted post is still the post of its import. */
async function importedPost(
  { rekeys, posts }: Pick<Deps, "rekeys" | "posts">,
  importId: string,
): Promise<ImportedPost | null> {
  const videoPostId = await rekeys.findImportedPost(importId);
  const post = videoPostId === null ? null : await posts.load(videoPostId);
  return post === null ? null : { importId, videoPostId: post.id, status: post.status };
}

function partsOf({ parts }: Import) {
  return parts.map(({ fileName, key, qualities }) => ({
    fileName,
    key: base64Decode(key),
    renditions: qualities.map((quality) => ({ quality, playlist: mediaPlaylistKey("", quality) })),
  }));
}

/** Checked at the end: the first part may be days old, and is garbage until the post exists. */
async function firstMissingPlaylist(source: R2Bucket, { importId, digest, parts }: Import): Promise<string | null> {
  const keys = parts.flatMap(({ qualities }, index) => {
    const prefix = importPrefix(importId, digest, index);
    return qualities.map((quality) => mediaPlaylistKey(prefix, quality));
  });
  const found = await Promise.all(keys.map((key) => source.head(key)));
  return keys.find((_, index) => found[index] === null) ?? null;
}
