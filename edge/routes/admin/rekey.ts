import { Hono } from "hono";
import * as z from "zod";
import { continueRekey } from "../../../shared/application/commands/request-rekey.ts";
import type { RekeySelection } from "../../../shared/application/ports/rekey-store.ts";
import type { Context } from "../../context.ts";
import { problem } from "../../http/problems.ts";
import { readJson } from "../../http/read-json.ts";
import { type CallerEnv, requireScope } from "../../middleware/authenticate.ts";

/** What is asked for at once at the most; asked again, the next ones follow. */
const MOST_PARTS = 100_000;

const requestSchema = z
  .strictObject({
    videoPostId: z.string().min(1).max(64).optional(),
    fileIndex: z.int().min(0).optional(),
    limit: z.int().positive().max(MOST_PARTS).default(MOST_PARTS),
  })
  .refine(({ videoPostId, fileIndex }) => fileIndex === undefined || videoPostId !== undefined, {
    error: "fileIndex requires videoPostId",
  });

/** `/admin/video/enc/migrate`: keys of their own for imported parts, as a batch: `{}` asks for all that wait. */
export function rekeyRoutes(context: Context): Hono<CallerEnv> {
  const { rekeys, settings, now } = context;
  const routes = new Hono<CallerEnv>();
  routes.use(requireScope(context, "keys:rotate"));

  const progress = async () => ({ ...(await rekeys.progress()), maxInFlight: settings.MIGRATION_MAX_IN_FLIGHT });

  routes.post("/", async (c) => {
    const body = await readJson(c.req.raw, requestSchema);
    if (body.kind === "refused") return body.response;
    const { videoPostId, fileIndex = null, limit } = body.value;
    const refusal = videoPostId === undefined ? null : await refuse(context, videoPostId, fileIndex);
    if (refusal !== null) return refusal;
    const selection: RekeySelection =
      videoPostId === undefined ? { kind: "everything" } : { kind: "post", videoPostId, fileIndex };
    const added = await rekeys.enqueue(selection, limit, now());
    const begun = await continueRekey(context, settings.MIGRATION_MAX_IN_FLIGHT, now());
    return c.json({ added, begun, progress: await progress() }, 202);
  });

  routes.get("/", async (c) => c.json(await progress()));

  /** What was begun goes on; what was not waits for a viewer again. */
  routes.delete("/", async (c) => c.json({ removed: await rekeys.clear(), progress: await progress() }));

  return routes;
}

async function refuse({ posts }: Context, videoPostId: string, fileIndex: number | null): Promise<Response | null> {
  const post = await posts.load(videoPostId);
  if (post === null) return problem("not-found");
  if (post.deletedAt !== null) return problem("deleted");
  const known = fileIndex === null || post.files.some((part) => part.fileIndex === fileIndex);
  return known ? null : problem("not-found");
}
