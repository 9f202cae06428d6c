import { Hono } from "hono";
import type * as z from "zod";
import { importVideoPost } from "../../../shared/application/commands/import-video-post.ts";
import {
  type ImportedPost,
  importIdSchema,
  importRequestSchema,
} from "../../../shared/application/protocols/import-protocol.ts";
import { importPrefix, mediaPlaylistKey } from "../../../shared/domain/object-keys.ts";
import { base64Decode } from "../../../shared/lib/base64.ts";
import type { Context } from "../../context.ts";
import { problem } from "../../http/problems.ts";
import { readJson } from "../../http/read-json.ts";
import { type CallerEnv, requireScope } from "../../middleware/authenticate.ts";

type Import = z.output<typeof importRequestSchema>;

/** `/admin/video/imports`: content that came with one key for all qualities, already in SOURCE, becomes a post. */
export function importRoutes(context: Context): Hono<CallerEnv> {
  const { settings, now } = context;
  const routes = new Hono<CallerEnv>();
  routes.use(requireScope(context, { read: "posts:read", write: "posts:write" }));

  routes.post("/", async (c) => {
    const body = await readJson(c.req.raw, importRequestSchema as z.ZodType<Import>);
    if (body.kind === "refused") return body.response;
    const missing = await firstMissingPlaylist(context.env.SOURCE, body.value);
    // An import that was made before is no mistake: its objects may be gone because it was migrated.
    const known = missing === null ? null : await importedPost(context, body.value.importId);
    if (known !== null) return c.json(known);
    if (missing !== null) return problem("wrong-state", `${missing} does not exist: upload it first`);
    const authorId = body.value.authorId ?? c.get("caller").id;
    const input = { ...body.value, authorId, parts: partsOf(body.value) };
    const policyRule = { publicUpTo: settings.PUBLIC_UP_TO_LINES };
    const { outcome } = await importVideoPost({ ...context, policyRule }, input, now());
    return c.json(await importedPost(context, input.importId), outcome === "created" ? 201 : 200);
  });

  routes.get("/:importId", async (c) => {
    const importId = importIdSchema.safeParse(c.req.param("importId"));
    const found = importId.success ? await importedPost(context, importId.data) : null;
    return found === null ? problem("not-found") : c.json(found);
  });

  return routes;
}

/** A post that was deleted is still the post of its import. */
async function importedPost({ rekeys, posts }: Context, importId: string): Promise<ImportedPost | null> {
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

/** Parts may be days old by the time the last one is uploaded, and garbage until the post is made. */
async function firstMissingPlaylist(source: R2Bucket, { importId, digest, parts }: Import): Promise<string | null> {
  const keys = parts.flatMap(({ qualities }, index) => {
    const prefix = importPrefix(importId, digest, index);
    return qualities.map((quality) => mediaPlaylistKey(prefix, quality));
  });
  const found = await Promise.all(keys.map((key) => source.head(key)));
  return keys.find((_, index) => found[index] === null) ?? null;
}
