import type { JsonSchema } from "./json-schema.ts";

/** The TypeScript type of a JSON Schema, as far as the definitions use it; anything else is an error. */
export function typeOf(schema: JsonSchema): string {
  const { $ref, anyOf, oneOf, const: literal, enum: values, type } = schema;
  if (typeof $ref === "string") return $ref.split("/").at(-1)!;
  if (literal !== undefined) return JSON.stringify(literal);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(" | ");
  const options = anyOf ?? oneOf;
  if (Array.isArray(options)) return [...new Set(options.map(typeOf))].join(" | ");
  if (Array.isArray(type)) return type.map((one) => typeOf({ ...schema, type: one })).join(" | ");
  switch (type) {
    case "string":
      return "string";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "null":
      return "null";
    case "array":
      return `readonly ${grouped(typeOf(schema.items as JsonSchema))}[]`;
    case "object":
      return objectType(schema);
    case undefined:
      return "unknown";
    default:
      throw new Error(`there is no TypeScript for ${JSON.stringify(schema)}`);
  }
}

function grouped(type: string): string {
  return /^[\w"]+$/.test(type) ? type : `(${type})`;
}

function objectType({ properties, required = [], additionalProperties, propertyNames }: JsonSchema): string {
  if (properties === undefined) {
    const value = typeof additionalProperties === "object" ? typeOf(additionalProperties as JsonSchema) : "unknown";
    const names = (propertyNames as JsonSchema | undefined)?.enum;
    const key = Array.isArray(names) ? typeOf({ enum: names }) : "string";
    const record = `{ readonly [name in ${key}]${Array.isArray(names) ? "?" : ""}: ${value} }`;
    return record;
  }
  const members = Object.entries(properties as Record<string, JsonSchema>).map(([name, schema]) => {
    const isRequired = (required as readonly string[]).includes(name);
    return `readonly ${name}${isRequired ? "" : "?"}: ${typeOf(schema)}${isRequired ? "" : " | undefined"};`;
  });
  return members.length === 0 ? "Record<string, never>" : `{ ${members.join(" ")} }`;
}
