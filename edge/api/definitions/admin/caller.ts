import * as z from "zod";
import { SCOPES } from "../../../../shared/domain/access/scope.ts";
import { defineRoute } from "../../definition.ts";

const callerSchema = z
  .object({
    callerId: z.string(),
    kind: z.enum(["api-key", "access", "gateway"]).describe("how the caller authenticated"),
    name: z.string().nullable().describe("of the API key, or of the person as the gateway or Access reports it"),
    scopes: z.array(z.enum(SCOPES)),
  })
  .meta({ id: "Caller" });

export const getCaller = defineRoute({
  method: "GET",
  path: "/api/v2/caller",
  operationId: "getCaller",
  tag: "API keys",
  summary: "Returns who sends the request and what the scopes allow",
  access: { kind: "caller" },
  responses: { 200: { description: "The caller", schema: callerSchema } },
  problems: [],
});
