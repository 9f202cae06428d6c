import {
  type QualityAuthEdit,
  upsertVideoHlsQualityAuth,
} from "../../../shared/application/commands/upsert-video-hls-quality-auth.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/admin/tokens.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { commandRefusal } from "../../http/command-refusal.ts";
import { problemOf } from "../../http/problems.ts";

type Deps = Pick<Context, "posts" | "now">;

/** `PUT /admin/video/enc/quality-auth`: policies of one part, or below `/batch` of many. */
export const policyRoutes: readonly Route<Deps>[] = [
  route(define.setPolicies, {
    asked: ({ body }) => factsOf(body),
    handle: async ({ posts, now }: Deps, { body, caller }) => {
      const outcome = await upsertVideoHlsQualityAuth(posts, body, caller.id, now());
      if (outcome.kind !== "done") return commandRefusal(outcome);
      return answer(200, { outcome: outcome.value }, { details: { outcome: outcome.value } });
    },
  }),

  route(define.setPoliciesBatch, {
    asked: () => ({}),
    handle: async (deps: Deps, { body, caller }) => {
      const edits = [];
      // Sequential: two items may be of one post.
      for (const edit of body.items) edits.push(await performed(deps, edit, caller.id));
      const results = edits.map(({ result }) => result);
      return answer(
        200,
        { results },
        edits.map(({ facts }) => facts),
      );
    },
  }),
];

/** A refused item has the problem document of the single-item route. */
async function performed({ posts, now }: Deps, edit: QualityAuthEdit, by: string) {
  const { videoPostId, fileIndex } = edit;
  const outcome = await upsertVideoHlsQualityAuth(posts, edit, by, now());
  const asked = factsOf(edit);
  if (outcome.kind === "done") {
    const facts = { ...asked, details: { ...asked.details, outcome: outcome.value } };
    return { result: { videoPostId, fileIndex, outcome: outcome.value }, facts };
  }
  const { code, detail } = commandRefusal(outcome);
  const result = { videoPostId, fileIndex, outcome: "refused", problem: problemOf(code, detail) } as const;
  return { result, facts: { ...asked, refusedWith: code } };
}

function factsOf({ videoPostId, fileIndex, policies }: QualityAuthEdit) {
  return { videoPostId, fileIndex, details: { policies } };
}
