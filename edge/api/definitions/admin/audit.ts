import * as z from "zod";
import { cursorParameter, eventCursor } from "../../cursor.ts";
import { defineRoute } from "../../definition.ts";
import { givenInstant, instant, nextCursor, wholeNumber } from "../shapes.ts";

const READ = { kind: "scope", scope: "audit:read" } as const;
const TAG = "Audit log";
const MOST_EVENTS = 200;

const FILTER = {
  actor: z.string().min(1).max(400).optional(),
  /** The name of a viewer, as a site or `{id}:{subject}` names them: stands for the actor `viewer:{viewer id}`. */
  viewer: z.string().min(1).max(300).optional(),
  action: z.string().min(1).max(100).optional(),
  videoPostId: z.string().min(1).max(64).optional(),
  outcome: z.enum(["done", "refused"]).optional(),
  from: givenInstant.optional(),
  to: givenInstant.optional(),
};

const eventSchema = z
  .object({
    id: z.string(),
    actor: z.string(),
    action: z.string(),
    videoPostId: z.string().nullable(),
    fileIndex: z.int().nullable(),
    status: z.int(),
    reason: z.string().nullable(),
    count: z.int(),
    clientAddress: z.string().nullable(),
    country: z.string().nullable(),
    details: z.record(z.string(), z.unknown()).nullable(),
    outcome: z.enum(["done", "refused"]),
    at: instant,
    keepUntil: instant,
  })
  .meta({ id: "AuditEvent" });

export const listAuditEvents = defineRoute({
  method: "GET",
  path: "/admin/audit",
  operationId: "listAuditEvents",
  tag: TAG,
  summary: "Lists events of the audit log by pages",
  access: READ,
  /** Strict, so that a misspelt filter does not give everything. */
  query: z
    .strictObject({
      ...FILTER,
      limit: wholeNumber(1, MOST_EVENTS).default(50),
      cursor: cursorParameter(eventCursor).optional(),
    })
    .refine(isRange, "from must be before to")
    .refine(isOneActor, "send actor or viewer, not both"),
  responses: {
    200: { description: "The newest events first", schema: z.object({ events: z.array(eventSchema), nextCursor }) },
  },
  problems: [],
});

export const exportAuditEvents = defineRoute({
  method: "GET",
  path: "/admin/audit/export",
  operationId: "exportAuditEvents",
  tag: TAG,
  summary: "Returns every event of a range as one streamed file",
  access: READ,
  audit: "audit.export",
  query: z
    .strictObject({
      ...FILTER,
      from: givenInstant,
      to: givenInstant,
      format: z.enum(["ndjson", "csv"]).default("ndjson"),
    })
    .refine(isRange, "from must be before to")
    .refine(isOneActor, "send actor or viewer, not both"),
  responses: {
    200: {
      description: "The oldest events first",
      files: ["application/x-ndjson", "text/csv; charset=utf-8; header=present"],
    },
  },
  problems: [],
});

function isRange({ from, to }: { readonly from?: number | undefined; readonly to?: number | undefined }): boolean {
  return from === undefined || to === undefined || from < to;
}

function isOneActor({ actor, viewer }: { readonly actor?: string | undefined; readonly viewer?: string | undefined }) {
  return actor === undefined || viewer === undefined;
}
