import type { AuditFilter } from "../../../shared/application/ports/audit-log.ts";
import { answer, type File } from "../../api/answer.ts";
import { eventCursor } from "../../api/cursor.ts";
import * as define from "../../api/definitions/admin/audit.ts";
import { type Route, route } from "../../api/route.ts";
import { shownEvent } from "../../audit/audit-rows.ts";
import { EXPORT_FORMS, exportStream } from "../../audit/export-stream.ts";
import type { Context } from "../../context.ts";

type Deps = Pick<Context, "auditLog" | "viewerIds">;

/** `/admin/audit`: the audit log by pages, the newest first, and below `/export` a range of it as one file. */
export const auditRoutes: readonly Route<Deps>[] = [
  route(define.listAuditEvents, {
    handle: async ({ auditLog, viewerIds }: Deps, { query: { limit, cursor = null, ...asked } }) => {
      const filter = await filterOf(viewerIds, asked);
      // One more than the page shows whether another page follows.
      const found = await auditLog.page({ filter, order: "newest-first", after: cursor, limit: limit + 1 });
      const shown = found.slice(0, limit);
      const last = found.length > limit ? shown.at(-1) : undefined;
      const nextCursor = last === undefined ? null : eventCursor.write(last.id);
      return answer(200, { events: shown.map(shownEvent), nextCursor });
    },
  }),

  route(define.exportAuditEvents, {
    asked: ({ query: { videoPostId, from, to, format } }) => ({
      videoPostId,
      details: { from: timeOf(from), to: timeOf(to), format },
    }),
    handle: async ({ auditLog, viewerIds }: Deps, { query: { format, from, to, ...asked } }) => {
      const filter = { ...(await filterOf(viewerIds, asked)), from, to };
      const form = EXPORT_FORMS[format];
      const file: File = {
        kind: "file",
        contentType: form.type,
        attachment: `audit-${day(from)}-${day(to)}.${format}`,
        open: () => exportStream(auditLog, filter, form),
      };
      return answer(200, file);
    },
  }),
];

/** The log names viewers by their ids. */
async function filterOf(
  viewerIds: Deps["viewerIds"],
  { viewer, ...filter }: AuditFilter & { viewer?: string | undefined },
) {
  return viewer === undefined ? filter : { ...filter, actor: `viewer:${await viewerIds.of(viewer)}` };
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}

function day(at: number): string {
  return timeOf(at).slice(0, 10);
}
