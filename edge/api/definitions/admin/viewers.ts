import * as z from "zod";
import { defineRoute } from "../../definition.ts";

const MOST_EVENTS = 1000;

export const forgetViewer = defineRoute({
  method: "POST",
  path: "/admin/viewers/forget",
  operationId: "forgetViewer",
  tag: "Audit log",
  summary: "Removes a viewer from events of the audit log, which keep their other facts",
  access: { kind: "scope", scope: "admin" },
  audit: "viewer.forget",
  body: z.strictObject({
    /** As a site or `{id}:{subject}` names the viewer. */
    viewer: z.string().min(1).max(300),
    limit: z.int().min(1).max(MOST_EVENTS).default(500),
  }),
  responses: {
    200: {
      description: "How many events were changed; repeat the request until `finished`",
      schema: z.object({ forgotten: z.int(), finished: z.boolean() }),
    },
  },
  problems: [],
});
