import { rotateVideoHlsKeys } from "../../../shared/application/commands/rotate-video-hls-keys.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/admin/keys.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { commandRefusal } from "../../http/command-refusal.ts";

type Deps = Pick<Context, "posts" | "jobs" | "now">;

/** `POST /admin/video/enc/rotate`: new keys for one part or for all parts of a post, by ordinary jobs. */
export const rotateRoutes: readonly Route<Deps>[] = [
  route(define.rotateKeys, {
    asked: ({ body }) => body,
    handle: async (deps: Deps, { body: { videoPostId, fileIndex = null }, caller }) => {
      const outcome = await rotateVideoHlsKeys(deps, { videoPostId, fileIndex }, caller.id, deps.now());
      if (outcome.kind !== "done") return commandRefusal(outcome);
      return answer(202, { videoPostId, files: outcome.value }, { details: { files: outcome.value } });
    },
  }),
];
