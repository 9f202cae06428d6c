import { Hono } from "hono";
import * as z from "zod";
import { createVideoPost } from "../../../shared/application/commands/create-video-post.ts";
import {
  auditVideoPost,
  deleteVideoPost,
  updateVideoPost,
} from "../../../shared/application/commands/edit-video-post.ts";
import type { CommandOutcome } from "../../../shared/application/decide-and-save.ts";
import { multipleLines, singleLine } from "../../../shared/application/plain-text.ts";
import { describeVideoPost } from "../../../shared/application/queries/video-posts.ts";
import { VIDEO_POST_STATUSES } from "../../../shared/domain/video-post.ts";
import type { Context } from "../../context.ts";
import { dispatchSoon } from "../../events/outbox.ts";
import { refusalResponse } from "../../http/command-response.ts";
import { problem } from "../../http/problems.ts";
import { readJson } from "../../http/read-json.ts";
import { readQuery } from "../../http/read-query.ts";
import { type CallerEnv, requireScope } from "../../middleware/authenticate.ts";
import { resolveSources } from "./resolve-sources.ts";
import { uploadFileListSchema } from "./upload-file-list.ts";

const title = singleLine(200);
const description = multipleLines(10_000);
const interaction = z.strictObject({ comments: z.boolean(), liveComments: z.boolean() });

const createSchema = z.strictObject({
  title,
  description: description.default(""),
  resourceType: z.enum(["VIDEO", "AUDIO"]),
  interaction: interaction.default({ comments: true, liveComments: true }),
  access: z.enum(["POLICY", "PUBLIC"]).default("POLICY"),
  autoPublish: z.boolean().default(false),
  uploadFileList: uploadFileListSchema,
});

/** Parts are not edited here: `uploadFileList` is refused like every other field that is not listed. */
const editSchema = z.strictObject({
  title: title.optional(),
  description: description.optional(),
  interaction: interaction.optional(),
});

const auditSchema = z.strictObject({
  result: z.enum(["PASSED", "REJECTED"]),
  reason: multipleLines(1000).nullable().default(null),
});

const listSchema = z.strictObject({ status: z.enum(VIDEO_POST_STATUSES).optional() });

/** `/api/v2/video-posts`, for editors and sites. */
export function videoPostRoutes(context: Context): Hono<CallerEnv> {
  const { posts, now } = context;
  const routes = new Hono<CallerEnv>();
  routes.use(requireScope(context, { read: "posts:read", write: "posts:write" }));

  routes.post("/", async (c) => {
    const body = await readJson(c.req.raw, createSchema);
    if (body.kind === "refused") return body.response;
    const authorId = c.get("caller").id;
    const resolved = await resolveSources(context.uploads, body.value.uploadFileList, authorId, now());
    if (resolved.kind === "refused") return refusalResponse(resolved);
    const created = await createVideoPost(context, { ...body.value, authorId, uploadFileList: resolved.files }, now());
    return created.kind === "created" ? c.json(created.created, 201) : refusalResponse(created);
  });

  routes.get("/", async (c) => {
    const query = readQuery(c.req.raw, listSchema);
    if (query.kind === "refused") return query.response;
    return c.json({ videoPosts: await context.postQueries.listNewest({ ...query.value, limit: 100 }) });
  });

  routes.get("/:videoPostId", async (c) => {
    const post = await posts.load(c.req.param("videoPostId"));
    return post === null ? problem("not-found") : c.json(describeVideoPost(post));
  });

  routes.patch("/:videoPostId", async (c) => {
    const body = await readJson(c.req.raw, editSchema);
    if (body.kind === "refused") return body.response;
    return answer(c.executionCtx, await updateVideoPost(posts, c.req.param("videoPostId"), body.value, now()));
  });

  routes.post("/:videoPostId/audit", async (c) => {
    const body = await readJson(c.req.raw, auditSchema);
    if (body.kind === "refused") return body.response;
    const verdict = { ...body.value, by: c.get("caller").id };
    return answer(c.executionCtx, await auditVideoPost(posts, c.req.param("videoPostId"), verdict, now()));
  });

  routes.delete("/:videoPostId", async (c) =>
    answer(c.executionCtx, await deleteVideoPost(posts, c.req.param("videoPostId"), now())),
  );

  function answer(execution: Pick<ExecutionContext, "waitUntil">, outcome: CommandOutcome): Response {
    if (outcome.kind !== "done") return refusalResponse(outcome);
    dispatchSoon(context, execution);
    return Response.json(describeVideoPost(outcome.post));
  }

  return routes;
}
