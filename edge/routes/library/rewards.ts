import { answer } from "../../api/answer.ts";
import { rewardCursor } from "../../api/cursor.ts";
import * as define from "../../api/definitions/library/library.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";

type Deps = Pick<Context, "ledger">;

/** `/api/v2/authors/{authorId}/rewards`. Authors are not stored: one without entries has the balance 0. */
export const rewardRoutes: readonly Route<Deps>[] = [
  route(define.listAuthorRewards, {
    handle: async ({ ledger }: Deps, { params: { authorId }, query: { limit, cursor = null } }) => {
      const { entries, balance } = await ledger.page({ authorId, after: cursor, limit: limit + 1 });
      const shown = entries.slice(0, limit);
      const last = entries.length > limit ? shown.at(-1) : undefined;
      const items = shown.map(({ sequence: _, ...entry }) => entry);
      return answer(200, { balance, items, nextCursor: last === undefined ? null : rewardCursor.write(last.sequence) });
    },
  }),
];
