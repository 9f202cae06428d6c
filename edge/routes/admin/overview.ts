import { OVERVIEW_LIMITS } from "../../../shared/application/ports/overview-figures.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/admin/overview.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";

type Deps = Pick<Context, "overview" | "now">;

const HOUR_MS = 3_600_000;

/** `/api/v2/overview`, for operators. */
export const overviewRoutes: readonly Route<Deps>[] = [
  route(define.readOverview, {
    handle: async ({ overview, now }: Deps, { query }) => {
      const at = now();
      const from = at - (at % HOUR_MS) - (Number(query.hours) - 1) * HOUR_MS;
      return answer(200, { at, from, ...(await overview.read({ now: at, from, limits: OVERVIEW_LIMITS })) });
    },
  }),
];
