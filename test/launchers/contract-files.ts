import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setMetaSchemaOutputFormat } from "@hyperjump/json-schema";
import { registerSchema, validate } from "@hyperjump/json-schema/draft-2020-12";

/**
 * Interface definitions of the platforms lie beside the project and are no part of it. Without them, requests are checked
 * against the facts of the project alone. CONTRACTS_DIR names another folder.
 */
const FOLDER = process.env.CONTRACTS_DIR ?? join(import.meta.dirname, "../../../shared/contracts");

// biome-ignore lint/suspicious/noExplicitAny: the schemas and what they check are JSON of many shapes.
type Json = any;

/** Where a value breaks a contract: empty if it holds. */
export type ContractCheck = (value: unknown) => readonly string[];

export function hasContract(file: string): boolean {
  return existsSync(join(FOLDER, file));
}

const schemas = new Map<string, string>();

/** The check of one shape of a file of JSON Schema 2020-12 or OpenAPI 3.0; null where the folder is absent. */
export async function contractCheck(file: string, shape: string): Promise<ContractCheck | null> {
  if (!hasContract(file)) return null;
  setMetaSchemaOutputFormat("FLAG");
  const id = registered(file);
  const validator = await validate(`${id}#/$defs/${shape}`);
  return (value) => {
    const { valid, errors = [] } = validator(value as Json, "BASIC");
    return valid ? [] : [...new Set(errors.map(({ instanceLocation }) => `${shape}${instanceLocation.slice(1)}`))];
  };
}

function registered(file: string): string {
  const known = schemas.get(file);
  if (known !== undefined) return known;
  const content = JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as Json;
  const schema = content.components === undefined ? content : ofOpenApi(content);
  const id = `https://ladderlock.invalid/contracts/${file}`;
  registerSchema({ ...schema, $id: id }, id, "https://json-schema.org/draft/2020-12/schema");
  schemas.set(file, id);
  return id;
}

/** Fly accepts members that it does not know, and ignores what they ask for: here they are refused. */
function ofOpenApi({ components }: Json): Json {
  const text = JSON.stringify(components.schemas).replaceAll("#/components/schemas/", "#/$defs/");
  return { $defs: closed(JSON.parse(text)) };
}

function closed(value: Json): Json {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const inside = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, closed(member)]));
  return inside.type === "object" && inside.properties !== undefined
    ? { additionalProperties: false, ...inside }
    : inside;
}
