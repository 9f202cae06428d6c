import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { apiTables } from "./api-tables.ts";
import { clientOperations, processorOperations } from "./client-operations.ts";
import { commandTables } from "./command-tables.ts";
import { processorTables, workerTables } from "./configuration-tables.ts";
import { documentedExamples } from "./documented-examples.ts";
import { withTables } from "./generated-tables.ts";
import { openApiDocument } from "./openapi-document.ts";
import { referencePage } from "./reference-page.ts";

const ROOT = new URL("../../", import.meta.url);

export function pathOf(name: string): string {
  return fileURLToPath(new URL(name, ROOT));
}

/** Every file that is made from the definitions of the routes and the settings, by its path, with what it should hold. */
export function outputs(): Readonly<Record<string, string>> {
  const read = (name: string) => readFileSync(pathOf(name), "utf8");
  const { version } = JSON.parse(read("package.json")) as { version: string };
  const page = withTables(read("docs/http-api.md"), apiTables());
  const settings = { ...workerTables(read("wrangler.toml")), ...processorTables() };
  return {
    "docs/configuration.md": withTables(read("docs/configuration.md"), settings),
    "docs/command-line.md": withTables(read("docs/command-line.md"), commandTables()),
    "docs/http-api.md": page,
    "docs/openapi.json": `${JSON.stringify(openApiDocument(version, documentedExamples(page)))}\n`,
    "docs/reference.html": referencePage(),
    "client/operations.ts": clientOperations(),
    "client/processor-operations.ts": processorOperations(),
  };
}
