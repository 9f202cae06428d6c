import { isDeepStrictEqual } from "node:util";
import type { RouteDefinition } from "../../../edge/api/definition.ts";
import { problemsOf } from "../../../edge/api/definition-problems.ts";
import { DEFINITIONS } from "../../../edge/api/definitions/all.ts";
import { noteIds } from "./internal-ids.ts";

const TEMPLATES = DEFINITIONS.map((definition) => ({
  definition,
  pattern: new RegExp(`^${definition.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
}));

/** The definition that answers; of several the one with fewer parameters, as the router has it. */
function definitionOf(method: string, path: string): RouteDefinition | undefined {
  const asked = method === "HEAD" ? "GET" : method;
  const found = TEMPLATES.filter(({ definition, pattern }) => definition.method === asked && pattern.test(path));
  return found.toSorted((a, b) => a.definition.path.split("{").length - b.definition.path.split("{").length)[0]
    ?.definition;
}

/**
 * Throws where a response is not one that the definition of its route describes: another status, another problem, a
 * member too few or too many. Routes that are described by hand are not looked at.
 */
export async function checkResponse(method: string, path: string, response: Response): Promise<void> {
  const definition = definitionOf(method, path);
  // Before any route: preflights, and settings with which the Worker does not start.
  if (definition === undefined) return;
  const { status, headers } = response;
  const fault = (what: string) => new Error(`${method} ${path}: ${status} ${what}`);
  const type = headers.get("content-type");
  if (method === "HEAD") return;
  if (type !== null && /json/.test(type)) noteIds(`${method} ${path}`, await response.clone().text());
  if (status >= 400) {
    if (type !== "application/problem+json") throw fault(`is ${type} and not a problem`);
    const { code } = (await response.clone().json()) as { code: ReturnType<typeof problemsOf>[number] };
    if (!problemsOf(definition).includes(code)) throw fault(`has the undescribed code ${code}`);
    return;
  }
  const described = definition.responses[status];
  if (described === undefined) throw fault("is not described");
  const { schema, files = [] } = described;
  if (type !== null && files.includes(type)) return;
  if (schema === undefined) {
    if (type !== null || (await response.clone().text()) !== "") throw fault(`has a body (${type})`);
    return;
  }
  const body: unknown = await response.clone().json();
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw fault(`does not match its schema: ${parsed.error.message}`);
  // Parsing drops members that the schema does not name.
  if (!isDeepStrictEqual(parsed.data, body)) throw fault(`has more than its schema: ${JSON.stringify(body)}`);
}
