import { answer } from "../../api/answer.ts";
import { launchCursor } from "../../api/cursor.ts";
import * as define from "../../api/definitions/posts/launches.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";

type Deps = Pick<Context, "launches">;

/** `/api/v2/launches`, also of a launcher that is no longer set. */
export const launchRoutes: readonly Route<Deps>[] = [
  route(define.listLaunches, {
    handle: async ({ launches }: Deps, { query: { cursor: before = null, limit, ...filter } }) => {
      const { items, next } = await launches.page({ filter, before, limit });
      return answer(200, { items, nextCursor: next === null ? null : launchCursor.write(next) });
    },
  }),
];
