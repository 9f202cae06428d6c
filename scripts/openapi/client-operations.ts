import type { RouteDefinition } from "../../edge/api/definition.ts";
import { problemsOf } from "../../edge/api/definition-problems.ts";
import { DEFINITIONS } from "../../edge/api/definitions/all.ts";
import { problemSchema } from "../../edge/api/definitions/shapes.ts";
import { type Components, jsonSchemaOf } from "./json-schema.ts";
import { typeOf } from "./typescript-type.ts";

/** `client/operations.ts`: what the client sends and receives, as types, and where. */
export function clientOperations(): string {
  const components: Components = new Map();
  jsonSchemaOf(problemSchema, "output", components);
  const operations = DEFINITIONS.map((definition) => operationType(definition, components));
  const table = DEFINITIONS.map(
    ({ operationId, method, path }) => `  ${operationId}: { method: "${method}", path: "${path}" },`,
  );
  const named = [...components].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    "/* Made from the definitions of the routes by scripts/openapi/write.ts: edit those. */\n",
    ...named.map(([id, schema]) => `export type ${id} = ${typeOf(schema)};\n`),
    "/** Of each operation: its input, its answers and the codes of its problems. */",
    `export type Operations = {\n${operations.join("\n")}\n};\n`,
    `export const OPERATIONS = {\n${table.join("\n")}\n} as const satisfies Readonly<`,
    "  Record<keyof Operations, { readonly method: string; readonly path: string }>\n>;\n",
  ].join("\n");
}

function operationType(definition: RouteDefinition, components: Components): string {
  const { operationId, summary, path, query, body, bodyIsOptional } = definition;
  const names = [...path.matchAll(/\{([a-zA-Z]+)\}/g)].map(([, name]) => `readonly ${name}: string;`);
  const members = [
    ...(names.length === 0 ? [] : [`readonly params: { ${names.join(" ")} };`]),
    ...(query === undefined ? [] : [queryMember(typeOf(jsonSchemaOf(query, "input", components)))]),
    ...(body === undefined
      ? []
      : [`readonly body${bodyIsOptional ? "?" : ""}: ${typeOf(jsonSchemaOf(body, "input", components))};`]),
  ];
  const input = members.length === 0 ? "Record<never, never>" : `{ ${members.join(" ")} }`;
  const problems = problemsOf(definition).map((code) => `"${code}"`);
  return [
    `  /** ${summary}. */`,
    `  ${operationId}: {`,
    `    input: ${input};`,
    `    answers: ${answersType(definition, components)};`,
    `    problems: ${problems.join(" | ")};`,
    "  };",
  ].join("\n");
}

/** Queries are optional where every member is. */
function queryMember(type: string): string {
  const isOptional = !/readonly \w+:/.test(type);
  return `readonly query${isOptional ? "?" : ""}: ${type};`;
}

/** A file is a Response whose body has not been read. */
function answersType({ responses }: RouteDefinition, components: Components): string {
  return Object.entries(responses)
    .map(([status, { schema, files }]) => {
      const json = schema === undefined ? [] : [typeOf(jsonSchemaOf(schema, "output", components))];
      const types = [...json, ...(files === undefined ? [] : ["Response"])];
      return `{ readonly status: ${status}; readonly body: ${types.length === 0 ? "null" : types.join(" | ")} }`;
    })
    .join(" | ");
}
