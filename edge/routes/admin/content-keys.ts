import { Hono } from "hono";
import * as z from "zod";
import { getVideoHlsEncryptKey } from "../../../shared/application/queries/content-keys.ts";
import { auditEvent } from "../../../shared/domain/audit-event.ts";
import { QUALITIES, type Quality } from "../../../shared/domain/quality.ts";
import { CONTENT_KEY_BYTES } from "../../../shared/key-vault/key-vault.ts";
import { clientOf } from "../../audit/client-of.ts";
import { boundedActor } from "../../audit/redact-value.ts";
import type { Caller } from "../../auth/caller.ts";
import type { Context } from "../../context.ts";
import { problem } from "../../http/problems.ts";
import { readQuery } from "../../http/read-query.ts";
import type { AuditedEnv } from "../../middleware/audit-requests.ts";
import { type CallerEnv, requireScope } from "../../middleware/authenticate.ts";

const whole = (smallest: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, "a whole number")
    .transform(Number)
    .pipe(z.int().min(smallest));

const querySchema = z.strictObject({
  videoPostId: z.string().min(1).max(64),
  fileIndex: whole(0),
  quality: z.enum(QUALITIES as [Quality, ...Quality[]]),
  keyVersion: whole(1),
});

type Wanted = z.output<typeof querySchema>;

/**
 * `GET /admin/video/enc/key`: the 16 bytes of a quality and version, by API key and without a token. Whatever the state
 * of the key, since whoever keeps the ciphertext may need it. The reading is in the audit log before the key is out.
 */
export function adminKeyRoutes(context: Context): Hono<CallerEnv & AuditedEnv> {
  const { contentKeys, vault } = context;
  const routes = new Hono<CallerEnv & AuditedEnv>();
  routes.use(requireScope(context, "keys:read"));
  routes.get("/", async (c) => {
    // Hono answers HEAD by way of GET, and no reading is to be recorded that was none.
    if (c.req.method === "HEAD") return problem("method-not-allowed", undefined, { allow: "GET" });
    const query = readQuery(c.req.raw, querySchema as z.ZodType<Wanted>);
    if (query.kind === "refused") return query.response;
    const key = await getVideoHlsEncryptKey({ contentKeys, vault }, query.value);
    if (key === null) return problem("not-found");
    await recordReading(context, c.get("caller"), query.value, key.status, c.req.raw);
    c.set("recorded", true);
    return keyResponse(key.bytes);
  });
  return routes;
}

/** Throws where the database does not take the event: then nobody gets the key. */
async function recordReading(
  { auditLog, now, settings }: Context,
  caller: Caller,
  { videoPostId, fileIndex, quality, keyVersion }: Wanted,
  keyStatus: string,
  request: Request,
): Promise<void> {
  const occurrence = {
    actor: boundedActor(caller.id),
    action: "key.read",
    videoPostId,
    fileIndex,
    status: 200,
    reason: null,
    ...clientOf(request),
    details: { quality, keyVersion, keyStatus },
  };
  await auditLog.append([auditEvent(occurrence, 1, now(), settings.AUDIT_RETENTION_DAYS)]);
}

function keyResponse(key: Uint8Array<ArrayBuffer>): Response {
  return new Response(key, {
    headers: {
      "content-type": "application/octet-stream",
      "content-length": String(CONTENT_KEY_BYTES),
      "cache-control": "no-store",
    },
  });
}
