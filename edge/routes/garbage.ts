import { Hono } from "hono";
import { prefixListSchema } from "../../shared/application/job-protocol.ts";
import { ownerOfPrefix } from "../../shared/domain/prefix-owner.ts";
import type { Context } from "../context.ts";
import { inBothBuckets, queueDeletions } from "../delete-objects.ts";
import type { DeleteObjectsMessage } from "../env.ts";
import { requireProcessor } from "../middleware/authenticate.ts";
import { readJson } from "../read-json.ts";

/** `/internal/garbage`: a processor lists the buckets, the Worker knows what is pointed to. */
export function garbageRoutes({ settings, prefixes, env, now }: Context): Hono {
  const routes = new Hono();
  routes.use(requireProcessor({ settings }));

  routes.post("/check", async (c) => {
    const body = await readJson(c.req.raw, prefixListSchema);
    if (body.kind === "refused") return body.response;
    return c.json({ uses: await prefixes.usesOf(body.value.prefixes, now()) });
  });

  /** Looks again: minutes may have passed since the check. */
  routes.post("/delete", async (c) => {
    const body = await readJson(c.req.raw, prefixListSchema);
    if (body.kind === "refused") return body.response;
    const uses = await prefixes.usesOf(body.value.prefixes, now());
    const deleted = body.value.prefixes.filter((_, index) => uses[index] === "garbage");
    await queueDeletions(env, deleted.flatMap(deletionsOf));
    return c.json({ deleted });
  });

  return routes;
}

function deletionsOf(prefix: string): DeleteObjectsMessage[] {
  return ownerOfPrefix(prefix)?.kind === "upload" ? [{ bucket: "SOURCE", prefix }] : inBothBuckets(prefix);
}
