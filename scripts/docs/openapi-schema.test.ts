import { readFileSync } from "node:fs";
import { setMetaSchemaOutputFormat } from "@hyperjump/json-schema";
import { validate } from "@hyperjump/json-schema/openapi-3-1";
import { describe, expect, it } from "vitest";
import { pathOf } from "./outputs.ts";

/** The schema of OpenAPI 3.1, with that of JSON Schema 2020-12 for the schemas of a document. The package holds both. */
const SCHEMA = "https://spec.openapis.org/oas/3.1/schema-base";

// biome-ignore lint/suspicious/noExplicitAny: the document is what these tests are about.
type Json = any;

setMetaSchemaOutputFormat("FLAG");

const read = (): Json => JSON.parse(readFileSync(pathOf("docs/openapi.json"), "utf8"));
const validator = await validate(SCHEMA);

/** Where the document is wrong; empty if it is valid. */
function problemsOf(document: Json): string[] {
  const { valid, errors = [] } = validator(document, "BASIC");
  return valid ? [] : errors.map(({ instanceLocation }) => instanceLocation);
}

describe("docs/openapi.json against the schema of OpenAPI 3.1", () => {
  it("is valid", () => {
    expect(problemsOf(read())).toEqual([]);
  });

  it.each<[string, (operation: Json, document: Json) => void]>([
    ["an operation with an unknown member", (operation) => Object.assign(operation, { response: {} })],
    ["a response without a description", ({ responses }) => delete responses["200"].description],
    ["a parameter that is nowhere", ({ parameters }) => Object.assign(parameters[0], { in: "body" })],
    ["a schema with a wrong keyword", ({ parameters }) => Object.assign(parameters[0], { schema: { type: "text" } })],
    ["a component with a wrong keyword", (_, { components }) => Object.assign(components.schemas.Job, { required: 1 })],
    ["no version", (_, document) => delete document.openapi],
  ])("is refused with %s", (_, damage) => {
    const document = read();
    damage(document.paths["/api/v2/jobs"].get, document);
    expect(problemsOf(document)).not.toEqual([]);
  });
});
