import { Hono } from "hono";
import { prefixListSchema } from "../../../shared/application/protocols/job-protocol.ts";
import type { Context } from "../../context.ts";
import { readJson } from "../../http/read-json.ts";
import { jobServiceOf } from "../../job-service.ts";
import { requireProcessor } from "../../middleware/authenticate.ts";

/** `/internal/garbage`: a processor lists the buckets, the database knows which prefixes are in use. */
export function garbageRoutes(context: Context): Hono {
  const routes = new Hono();
  routes.use(requireProcessor(context));

  routes.post("/check", async (c) => {
    const body = await readJson(c.req.raw, prefixListSchema);
    if (body.kind === "refused") return body.response;
    return c.json({ uses: await jobServiceOf(context, c.executionCtx).usesOfPrefixes(body.value.prefixes) });
  });

  routes.post("/delete", async (c) => {
    const body = await readJson(c.req.raw, prefixListSchema);
    if (body.kind === "refused") return body.response;
    return c.json({ deleted: await jobServiceOf(context, c.executionCtx).deletePrefixes(body.value.prefixes) });
  });

  return routes;
}
