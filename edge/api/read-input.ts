import * as z from "zod";
import { readFile } from "../http/read-file.ts";
import { type ReadInput, readJson } from "../http/read-json.ts";
import { readQuery } from "../http/read-query.ts";
import type { RouteDefinition } from "./definition.ts";

const NOTHING = z.strictObject({});

/** The query of the route. A route without one refuses every parameter by name. */
export function readRouteQuery({ query }: RouteDefinition, request: Request): ReadInput<unknown> {
  return readQuery(request, query ?? NOTHING);
}

/** The body of the route; null if it takes none, for which `{}` counts as empty. */
export async function readRouteBody(definition: RouteDefinition, request: Request): Promise<ReadInput<unknown>> {
  const { access, body, bodyIsOptional, file, method } = definition;
  if (file !== undefined) return readFile(request, file);
  // A processor reports names and messages of media as they are, and a refusal would repeat with every attempt.
  const unstorable = access.kind === "processor" || access.kind === "job" ? "replaced" : "refused";
  if (body !== undefined) return readJson(request, body, { whenEmpty: bodyIsOptional ? {} : undefined, unstorable });
  if (method === "GET" && request.body === null) return { kind: "value", value: null };
  const read = await readJson(request, NOTHING, { whenEmpty: {} });
  return read.kind === "refused" ? read : { kind: "value", value: null };
}
