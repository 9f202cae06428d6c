import { continueRekey } from "../../../shared/application/commands/request-rekey.ts";
import type { RekeySelection } from "../../../shared/application/ports/rekey-store.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/admin/imports.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { missingPart } from "./missing-part.ts";

type Deps = Pick<Context, "posts" | "rekeys" | "settings" | "now">;

/** `/admin/video/enc/migrate`: the re-key of imported parts, as a batch: `{}` requests all that wait. */
export const rekeyRoutes: readonly Route<Deps>[] = [
  route(define.requestMigration, {
    asked: ({ body: { videoPostId, fileIndex, limit } }) => ({ videoPostId, fileIndex, details: { limit } }),
    handle: async (deps: Deps, { body: { videoPostId, fileIndex = null, limit } }) => {
      const { rekeys, settings, now } = deps;
      const missing = videoPostId === undefined ? null : await missingPart(deps.posts, videoPostId, fileIndex);
      if (missing !== null) return missing;
      const selection: RekeySelection =
        videoPostId === undefined ? { kind: "everything" } : { kind: "post", videoPostId, fileIndex };
      const added = await rekeys.enqueue(selection, limit, now());
      const begun = await continueRekey(deps, settings.MIGRATION_MAX_IN_FLIGHT, now());
      return answer(202, { added, begun, progress: await progressOf(deps) }, { details: { added, begun } });
    },
  }),

  route(define.getMigration, { handle: async (deps: Deps) => answer(200, await progressOf(deps)) }),

  /** Parts that were started finish; the others wait for a viewer again. */
  route(define.clearMigration, {
    asked: () => ({}),
    handle: async (deps: Deps) => {
      const removed = await deps.rekeys.clear();
      return answer(200, { removed, progress: await progressOf(deps) }, { details: { removed } });
    },
  }),
];

async function progressOf({ rekeys, settings }: Deps) {
  return { ...(await rekeys.progress()), maxInFlight: settings.MIGRATION_MAX_IN_FLIGHT };
}
