import * as z from "zod";

export type JsonSchema = { [keyword: string]: unknown };

/** Schemas with an id, which every document names by reference. */
export type Components = Map<string, JsonSchema>;

/**
 * A zod schema as JSON Schema 2020-12, the dialect of OpenAPI 3.1; `io` says whether clients send it or receive it. What
 * they receive may have further members in a later release, so it is not closed.
 */
export function jsonSchemaOf(schema: z.ZodType, io: "input" | "output", components: Components): JsonSchema {
  const {
    $schema: _,
    $defs = {},
    ...converted
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ jsonSchema }) => simplify(jsonSchema as JsonSchema, io),
  }) as JsonSchema;
  for (const [id, definition] of Object.entries($defs as Record<string, JsonSchema>)) {
    const { id: __, ...named } = definition;
    components.set(id, rewritten(named));
  }
  const { id } = converted;
  if (typeof id !== "string") return rewritten(converted);
  const { id: __, ...named } = converted;
  components.set(id, rewritten(named));
  return { $ref: `#/components/schemas/${id}` };
}

/** Bounds of a double, and the pattern of a time, say no more than the type and the format. */
function simplify(schema: JsonSchema, io: "input" | "output"): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.format === "date-time") delete schema.pattern;
  if (io === "output" && schema.additionalProperties === false) delete schema.additionalProperties;
}

function rewritten(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
