import { Hono } from "hono";
import { type RewrapPosition, rewrapKeys } from "../../../shared/application/commands/rewrap-keys.ts";
import type { KeyAtRest } from "../../../shared/application/ports/key-wrapping-store.ts";
import {
  type KeysAtRestView,
  type RewrapView,
  rewrapRequestSchema,
} from "../../../shared/application/protocols/rewrap-protocol.ts";
import { STORED_CLEAR } from "../../../shared/domain/video-file.ts";
import type { Context } from "../../context.ts";
import { problem } from "../../http/problems.ts";
import { readJson } from "../../http/read-json.ts";
import { type CallerEnv, requireScope } from "../../middleware/authenticate.ts";

/** `/admin/video/enc/rewrap`: which key-encryption keys are in use, and, a page at a time, all under the current one. */
export function rewrapRoutes(context: Context): Hono<CallerEnv> {
  const { vault, wrappings } = context;
  const routes = new Hono<CallerEnv>();
  routes.use(requireScope(context, "keys:rotate"));

  routes.get("/", async (c) => {
    const useOf = (kekId: string) => {
      if (kekId === vault.currentKekId) return "current";
      if (kekId === STORED_CLEAR) return "none";
      return vault.formerKekIds.includes(kekId) ? "former" : "unknown";
    };
    const keys = (await wrappings.count()).map((under) => ({ ...under, use: useOf(under.kekId) }) as const);
    return c.json({ current: vault.currentKekId, keys } satisfies KeysAtRestView);
  });

  routes.post("/", async (c) => {
    const body = await readJson(c.req.raw, rewrapRequestSchema);
    if (body.kind === "refused") return body.response;
    const { limit, cursor } = body.value;
    const from = cursor === undefined ? null : positionOfCursor(cursor);
    if (cursor !== undefined && from === null) return problem("invalid", "cursor: is not valid");
    if (from !== null && from.kekId !== STORED_CLEAR && !vault.formerKekIds.includes(from.kekId)) {
      return problem(
        "wrong-state",
        `${from.kekId} is no longer a former key-encryption key: start again without cursor`,
      );
    }
    const { damaged, next, unknown, ...report } = await rewrapKeys(context, from, limit);
    const nextCursor = next === null ? null : cursorOf(next);
    const view = { ...report, unknown: [...unknown], damaged: damaged.map(shownKey), nextCursor } satisfies RewrapView;
    return c.json(view);
  });

  return routes;
}

function shownKey({ videoPostId, fileIndex, kind, version, kekId }: KeyAtRest): RewrapView["damaged"][number] {
  return {
    videoPostId,
    fileIndex,
    kind,
    quality: version?.quality ?? null,
    keyVersion: version?.keyVersion ?? null,
    kekId,
  };
}

function cursorOf({ kekId, kind, after }: RewrapPosition): string {
  if (after === null) return `${kekId}:${kind}`;
  return `${kekId}:${kind}:${"keyId" in after ? after.keyId : `${after.videoPostId}:${after.fileIndex}`}`;
}

/** Null for what this route has never given. */
function positionOfCursor(cursor: string): RewrapPosition | null {
  const [kekId = "", kind, id, fileIndex, ...more] = cursor.split(":");
  if ((kind !== "content" && kind !== "single-key" && kind !== "source-url") || more.length > 0) return null;
  if (id === undefined) return { kekId, kind, after: null };
  if (kind === "content") return fileIndex === undefined ? { kekId, kind, after: { keyId: id } } : null;
  return /^\d{1,9}$/.test(fileIndex ?? "")
    ? { kekId, kind, after: { videoPostId: id, fileIndex: Number(fileIndex) } }
    : null;
}
