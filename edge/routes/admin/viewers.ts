import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/admin/viewers.ts";
import { type Route, route } from "../../api/route.ts";
import { redactText } from "../../audit/redact-value.ts";
import type { Context } from "../../context.ts";

type Deps = Pick<Context, "auditLog" | "viewerIds">;

/** `/admin/viewers/forget`: what the log knows of a viewer, by id and by name. Its own event names neither. */
export const viewerRecordRoutes: readonly Route<Deps>[] = [
  route(define.forgetViewer, {
    asked: () => ({}),
    handle: async ({ auditLog, viewerIds }: Deps, { body: { viewer, limit } }) => {
      const named = { viewerId: await viewerIds.of(viewer), name: redactText(viewer) };
      const { forgotten, finished } = await auditLog.forgetViewer(named, limit);
      return answer(200, { forgotten, finished }, { details: { forgotten, finished } });
    },
  }),
];
