import { Hono } from "hono";
import * as z from "zod";
import type { AuditFilter } from "../../../shared/application/ports/audit-log.ts";
import { base64UrlDecode, base64UrlEncode } from "../../../shared/lib/base64.ts";
import { CSV_HEADER, csvRow, ndjsonRow, shownEvent } from "../../audit/audit-rows.ts";
import { type ExportForm, exportStream } from "../../audit/export-stream.ts";
import type { Context } from "../../context.ts";
import { readQuery } from "../../http/read-query.ts";
import { type CallerEnv, requireScope } from "../../middleware/authenticate.ts";

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const FILTER = {
  actor: z.string().min(1).max(400).optional(),
  action: z.string().min(1).max(100).optional(),
  videoPostId: z.string().min(1).max(64).optional(),
  outcome: z.enum(["done", "refused"]).optional(),
  from: instant.optional(),
  to: instant.optional(),
};

const MOST_EVENTS = 200;

/** Strict, so that a misspelt filter does not give everything. */
const pageSchema = z
  .strictObject({
    ...FILTER,
    limit: z
      .string()
      .regex(/^\d{1,4}$/, "a whole number")
      .transform(Number)
      .pipe(z.int().min(1).max(MOST_EVENTS))
      .default(50),
    cursor: z.string().transform(idOfCursor).optional(),
  })
  .refine(isRange, "from must be before to");

const exportSchema = z
  .strictObject({ ...FILTER, from: instant, to: instant, format: z.enum(["ndjson", "csv"]).default("ndjson") })
  .refine(isRange, "from must be before to");

const FORMS = {
  ndjson: { header: "", row: ndjsonRow, type: "application/x-ndjson" },
  csv: { header: CSV_HEADER, row: csvRow, type: "text/csv; charset=utf-8; header=present" },
} as const satisfies Record<string, ExportForm & { type: string }>;

/** `/admin/audit`: the audit log by pages, the newest first, and below `/export` a range of it as one file. */
export function auditRoutes(context: Context): Hono<CallerEnv> {
  const routes = new Hono<CallerEnv>();
  const { auditLog } = context;
  routes.use(requireScope(context, "audit:read"));

  routes.get("/", async (c) => {
    const query = readQuery(c.req.raw, pageSchema);
    if (query.kind === "refused") return query.response;
    const { limit, cursor = null, ...filter } = query.value;
    // One more than is shown tells whether there is another page.
    const found = await auditLog.page({ filter, order: "newest-first", after: cursor, limit: limit + 1 });
    const shown = found.slice(0, limit);
    const last = found.length > limit ? shown.at(-1) : undefined;
    return c.json({ events: shown.map(shownEvent), nextCursor: last === undefined ? null : cursorOf(last.id) });
  });

  routes.get("/export", (c) => {
    const query = readQuery(c.req.raw, exportSchema);
    if (query.kind === "refused") return query.response;
    const { format, ...filter } = query.value;
    const form = FORMS[format];
    return new Response(c.req.method === "HEAD" ? null : exportStream(auditLog, filter, form), {
      headers: {
        "content-type": form.type,
        "content-disposition": `attachment; filename="audit-${day(filter.from)}-${day(filter.to)}.${format}"`,
        "cache-control": "no-store",
      },
    });
  });

  return routes;
}

function isRange({ from, to }: Pick<AuditFilter, "from" | "to">): boolean {
  return from === undefined || to === undefined || from < to;
}

function cursorOf(id: string): string {
  return base64UrlEncode(new TextEncoder().encode(id));
}

function idOfCursor(cursor: string, check: z.RefinementCtx): string {
  const id = z.uuidv7().safeParse(decoded(cursor));
  if (id.success) return id.data;
  check.addIssue({ code: "custom", message: "is not valid" });
  return z.NEVER;
}

function decoded(cursor: string): string | null {
  try {
    return new TextDecoder().decode(base64UrlDecode(cursor));
  } catch {
    return null;
  }
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
