import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { clientOperations, processorOperations } from "./client-operations.ts";
import { openApiDocument } from "./document.ts";
import { documentedExamples } from "./documented-examples.ts";
import { withTables } from "./markdown-tables.ts";
import { referencePage } from "./reference-page.ts";

const ROOT = new URL("../../", import.meta.url);

export function pathOf(name: string): string {
  return fileURLToPath(new URL(name, ROOT));
}

/** Every file that is made from the definitions, by its path, with what it should hold. */
export function outputs(): Readonly<Record<string, string>> {
  const read = (name: string) => readFileSync(pathOf(name), "utf8");
  const { version } = JSON.parse(read("package.json")) as { version: string };
  const page = withTables(read("docs/http-api.md"));
  const document = openApiDocument(version, documentedExamples(page));
  return {
    "docs/http-api.md": page,
    "docs/openapi.json": `${JSON.stringify(document)}\n`,
    "docs/reference.html": referencePage(),
    "client/operations.ts": clientOperations(),
    "client/processor-operations.ts": processorOperations(),
  };
}
