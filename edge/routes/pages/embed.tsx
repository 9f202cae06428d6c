import { Hono } from "hono";
import { isUuid } from "../../../shared/lib/random-id.ts";
import type { Context } from "../../context.ts";
import { EmbedPage } from "../../embed/embed-page.tsx";
import { oembed, oembedQuery, partOf } from "../../embed/oembed.ts";
import { problem } from "../../http/problems.ts";
import { retryAfter } from "../../http/retry-after.ts";
import { contentSecurityPolicy } from "../../watch/content-security-policy.ts";
import { watchView } from "../../watch/watch-view.ts";

type Deps = Pick<Context, "settings" | "issueLimit" | "posts">;

/** How long consumers may keep an answer, and browsers a page. */
const CACHE_SECONDS = 300;

/** `GET /embed/{videoPostId}/{fileIndex}` and `GET /oembed`. The page is the same for every post and reads nothing. */
export function embedRoutes({ settings, issueLimit, posts }: Deps): Hono {
  const policy = contentSecurityPolicy(settings.PLAYBACK_BASE_URL, settings.EMBED_ANCESTORS);
  const caching = { "cache-control": `public, max-age=${CACHE_SECONDS}` };
  const routes = new Hono();

  routes.get("/embed/:videoPostId/:fileIndex{[0-9]{1,6}}", (c) => {
    const { videoPostId, fileIndex } = c.req.param();
    if (!isUuid(videoPostId)) return problem("not-found");
    const page = <EmbedPage videoPostId={videoPostId} fileIndex={Number(fileIndex)} />;
    return c.html(`<!doctype html>${page}`, 200, { ...caching, "content-security-policy": policy });
  });

  routes.get("/oembed", async (c) => {
    const query = oembedQuery.safeParse(c.req.query());
    if (!query.success) return problem("invalid", query.error.issues[0]?.message);
    if (query.data.format === "xml") return problem("not-configured", "only format=json is supported");
    const { origin } = new URL(c.req.url);
    const part = partOf(query.data.url, origin);
    if (part === null || !isUuid(part.videoPostId)) return problem("not-found");
    if (await issueLimit.isBeyond({ kind: "page", request: c.req.raw })) {
      const response = problem("too-many-requests");
      response.headers.set("retry-after", retryAfter(Math.random()));
      return response;
    }
    const view = watchView(await posts.load(part.videoPostId), part.fileIndex);
    if (view.kind !== "playable") return problem("not-found");
    return c.json(oembed(origin, part, view, query.data, CACHE_SECONDS), 200, caching);
  });

  return routes;
}
