import type { Hono, Context as HonoContext } from "hono";
import type { Context } from "../../context.ts";
import { createClearStates } from "../../encoder/playback/clear-states.ts";
import { createProxiedParts, type ProxiedPart } from "../../encoder/playback/proxied-parts.ts";
import { type AccessDeps, proxyAccess } from "../../encoder/playback/proxy-access.ts";
import { PROXY_PATH } from "../../encoder/playback/proxy-path.ts";
import { type PlayerPlaylists, type PlaylistsDeps, proxyPlaylists } from "../../encoder/playback/proxy-playlists.ts";
import { proxySegments, type SegmentsDeps } from "../../encoder/playback/proxy-segments.ts";
import { problem } from "../../http/problems.ts";
import { type Refusal, refused } from "../../http/refusal.ts";
import type { SegmentServer } from "../../playback/segment-server.ts";

/** Of the router, whose type lets no handler return a refusal. */
type Outcome = Response | Refusal;

type Deps = AccessDeps & PlaylistsDeps & SegmentsDeps & Pick<Context, "jobs" | "policyRule">;

/** For players that want a file name. A relative URI resolves like that of the path without it. */
const ALIAS = /\.m3u8$/;

/**
 * Playback by the name of an encoder job. Without a token the viewer is anonymous. Playlists come from the templates of
 * the other playback routes, keys from the one key endpoint.
 */
export function routeProxy(app: Hono, deps: Deps, players: PlayerPlaylists, segments: SegmentServer): void {
  const parts = createProxiedParts(deps.jobs, deps.now);
  const states = createClearStates(deps.posts, deps.policyRule, deps.now);
  const playlists = proxyPlaylists(deps, states, players);
  const serveSegment = proxySegments(deps, segments);

  const withPart = async (jobName: string, respond: (part: ProxiedPart) => Promise<Outcome>): Promise<Response> => {
    const found = await parts.find(jobName);
    if (found.kind !== "part") return answer(refused(REFUSALS[found.kind]));
    return answer(await respond(found.part));
  };

  const accessOf = (c: HonoContext, part: ProxiedPart) =>
    proxyAccess(deps, states, {
      part,
      token: c.req.query("token"),
      request: c.req.raw,
      execution: c.executionCtx,
    });

  app.get(`${PROXY_PATH}/:jobId`, (c) => {
    const jobName = c.req.param("jobId").replace(ALIAS, "");
    return withPart(jobName, async (part) => {
      const access = await accessOf(c, part);
      if (access.kind === "refused") return access;
      return playlists.multivariant({ access, part, jobName, request: c.req.raw, execution: c.executionCtx });
    });
  });

  app.get(`${PROXY_PATH}/:jobId/:variant/index.m3u8`, (c) => {
    const { jobId: jobName, variant } = c.req.param();
    return withPart(jobName, async (part) => {
      const access = await accessOf(c, part);
      if (access.kind === "refused") return access;
      return playlists.media({ access, part, jobName, variant, request: c.req.raw, execution: c.executionCtx });
    });
  });

  app.get(`${PROXY_PATH}/:jobId/:variant/:segment`, (c) => {
    const { jobId: jobName, variant, segment } = c.req.param();
    const { url, query } = { url: c.req.url, query: c.req.query() };
    const asked = { jobName, variant, segment, url, query, request: c.req.raw, execution: c.executionCtx };
    // A signed URL names its object: no database is read.
    if (query.signature !== undefined) return serveSegment.clear(asked).then(answer);
    return withPart(jobName, (part) => serveSegment.encrypted(asked, part));
  });
}

const REFUSALS = { unknown: "not-found", deleted: "deleted", busy: "unavailable" } as const;

function answer(outcome: Outcome): Response {
  return outcome instanceof Response ? outcome : problem(outcome.code, outcome.detail, outcome.headers);
}
