import { Hono } from "hono";
import { IMMUTABLE, type SegmentServer } from "../../playback/segment-server.ts";

/** Ciphertext under `/video/enc/segments/{object key}`. */
export function segmentRoutes(serve: SegmentServer): Hono {
  const routes = new Hono();
  routes.get("/:key{.+\\.ts}", (c) =>
    serve({
      url: c.req.url,
      objectKey: c.req.param("key"),
      request: c.req.raw,
      cacheControl: IMMUTABLE,
      execution: c.executionCtx,
    }),
  );
  return routes;
}
