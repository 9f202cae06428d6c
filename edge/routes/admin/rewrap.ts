import { type RewrapPosition, rewrapKeys } from "../../../shared/application/commands/rewrap-keys.ts";
import type { KeyAtRest } from "../../../shared/application/ports/key-wrapping-store.ts";
import { STORED_CLEAR } from "../../../shared/domain/part/video-file.ts";
import { answer } from "../../api/answer.ts";
import { CURSOR_UNKNOWN, rewrapCursor } from "../../api/cursor.ts";
import * as define from "../../api/definitions/admin/keys.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { refused } from "../../http/refusal.ts";

type Deps = Pick<Context, "vault" | "wrappings">;

/** `/admin/video/enc/rewrap`: which key-encryption keys are in use, and, a page at a time, all under the current one. */
export const rewrapRoutes: readonly Route<Deps>[] = [
  route(define.countWrappedKeys, {
    handle: async ({ vault, wrappings }: Deps) => {
      const keys = (await wrappings.count()).map((under) => ({ ...under, use: useOf(vault, under.kekId) }));
      return answer(200, { current: vault.currentKekId, keys });
    },
  }),

  route(define.rewrapKeys, {
    asked: () => ({}),
    handle: async (deps: Deps, { body: { limit, cursor } }) => {
      const from = cursor === undefined ? null : rewrapCursor.read(cursor);
      if (cursor !== undefined && from === null) return refused("invalid", CURSOR_UNKNOWN);
      if (from !== null && !mayContinue(deps.vault, from)) {
        const detail = `${from.kekId} is no longer a former key-encryption key: start again without cursor`;
        return refused("wrong-state", detail);
      }
      const { damaged, next, ...report } = await rewrapKeys(deps, from, limit);
      const nextCursor = next === null ? null : rewrapCursor.write(next);
      const { current, rewrapped, left } = report;
      const facts = { details: { current, rewrapped, left } };
      return answer(200, { ...report, damaged: damaged.map(shownKey), nextCursor }, facts);
    },
  }),
];

function useOf(vault: Deps["vault"], kekId: string): "current" | "former" | "none" | "unknown" {
  if (kekId === vault.currentKekId) return "current";
  if (kekId === STORED_CLEAR) return "none";
  return vault.formerKekIds.includes(kekId) ? "former" : "unknown";
}

function mayContinue(vault: Deps["vault"], { kekId }: RewrapPosition): boolean {
  return kekId === STORED_CLEAR || vault.formerKekIds.includes(kekId);
}

function shownKey(key: KeyAtRest) {
  const { kind, kekId } = key;
  const nothing = { videoPostId: null, fileIndex: null, webhookId: null, quality: null, keyVersion: null };
  if (key.kind === "webhook-secret") return { ...nothing, webhookId: key.webhookId, kind, kekId };
  const { videoPostId, fileIndex, version } = key;
  return { ...nothing, videoPostId, fileIndex, ...version, kind, kekId };
}
