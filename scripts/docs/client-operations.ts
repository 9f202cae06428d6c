import type { RouteDefinition } from "../../edge/api/definition.ts";
import { problemsOf } from "../../edge/api/definition-problems.ts";
import { DEFINITIONS } from "../../edge/api/definitions/all.ts";
import { problemSchema } from "../../edge/api/definitions/shapes.ts";
import { takesIdempotencyKey } from "../../edge/api/idempotency-key.ts";
import { type Components, jsonSchemaOf } from "./json-schema.ts";
import { typeOf } from "./typescript-type.ts";

/** Only processors call these: they are not in the package. */
const isOfProcessors = ({ tag }: RouteDefinition) => tag === "Processors";

/** `client/operations.ts` and `client/processor-operations.ts`: what a client sends and receives, as types, and where. */
export function clientOperations(): string {
  const components: Components = new Map();
  jsonSchemaOf(problemSchema, "output", components);
  const definitions = DEFINITIONS.filter((definition) => !isOfProcessors(definition));
  return moduleOf("Operations", "OPERATIONS", definitions, components);
}

export function processorOperations(): string {
  return moduleOf("ProcessorOperations", "PROCESSOR_OPERATIONS", DEFINITIONS.filter(isOfProcessors), new Map());
}

function moduleOf(type: string, table: string, definitions: readonly RouteDefinition[], components: Components) {
  const operations = definitions.map((definition) => operationType(definition, components));
  const rows = definitions.map(({ operationId, method, path, responses }) => {
    const files = Object.values(responses).some((response) => response.files !== undefined) ? ", files: true" : "";
    return `  ${operationId}: { method: "${method}", path: "${path}"${files} },`;
  });
  const named = [...components].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    "/* Made from the definitions of the routes by `npm run docs`: edit those. */\n",
    ...(definitions.some(({ file }) => file !== undefined)
      ? ['import type { FileToSend } from "./file-to-send.ts";\n']
      : []),
    ...named.map(([id, schema]) => `export type ${id} = ${typeOf(schema)};\n`),
    "/** Of each operation: its input, its answers and the codes of its problems. */",
    `export type ${type} = {\n${operations.join("\n")}\n};\n`,
    `export const ${table} = {\n${rows.join("\n")}\n} as const satisfies Readonly<`,
    `  Record<keyof ${type}, { readonly method: string; readonly path: string; readonly files?: true }>\n>;\n`,
  ].join("\n");
}

function operationType(definition: RouteDefinition, components: Components): string {
  const { operationId, summary, path, query, body, file, bodyIsOptional } = definition;
  const names = [...path.matchAll(/\{([a-zA-Z]+)\}/g)].map(([, name]) => `readonly ${name}: string;`);
  const members = [
    ...(names.length === 0 ? [] : [`readonly params: { ${names.join(" ")} };`]),
    ...(query === undefined ? [] : [queryMember(typeOf(jsonSchemaOf(query, "input", components)))]),
    ...(body === undefined
      ? []
      : [`readonly body${bodyIsOptional ? "?" : ""}: ${typeOf(jsonSchemaOf(body, "input", components))};`]),
  ];
  if (file !== undefined)
    members.push(`readonly file: FileToSend<${file.types.map((type) => `"${type}"`).join(" | ")}>;`);
  const input = members.length === 0 ? "Record<never, never>" : `{ ${members.join(" ")} }`;
  const problems = problemsOf(definition).map((code) => `"${code}"`);
  return [
    `  /** ${summary}. */`,
    `  ${operationId}: {`,
    `    input: ${input};`,
    `    answers: ${answersType(definition, components)};`,
    `    problems: ${problems.join(" | ")};`,
    ...(takesIdempotencyKey(definition) ? ["    idempotent: true;"] : []),
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
