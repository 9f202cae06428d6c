import { type RouteDefinition, TAGS } from "../../edge/api/definition.ts";
import { problemsOf } from "../../edge/api/definition-problems.ts";
import { DEFINITIONS } from "../../edge/api/definitions/all.ts";
import { type Components, jsonSchemaOf } from "./json-schema.ts";
import { typeOf } from "./typescript-type.ts";

const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}" +
  "code,pre{font:14px/1.4 ui-monospace,monospace;background:#8882;padding:.1em .3em}" +
  "pre{white-space:pre-wrap;padding:.6em}h3{margin-top:2rem}";

/** `/reference`: every operation with its types, without a script. */
export function referencePage(): string {
  const components: Components = new Map();
  const sections = Object.keys(TAGS).map((tag) => {
    const own = DEFINITIONS.filter((definition) => definition.tag === tag);
    return own.length === 0 ? "" : `<h2>${tag}</h2>${own.map((one) => operation(one, components)).join("")}`;
  });
  const types = [...components].map(([id, schema]) => `<h3 id="${id}">${id}</h3>${code(typeOf(schema))}`);
  return (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    `<title>ladderlock: API reference</title><style>${STYLE}</style><h1>API reference</h1>` +
    '<p>The same as OpenAPI 3.1: <a href="/openapi.json">/openapi.json</a>.</p>' +
    `${sections.join("")}<h2>Types</h2>${types.join("")}</html>\n`
  );
}

function operation(definition: RouteDefinition, components: Components): string {
  const { method, path, operationId, summary, access, query, body, responses } = definition;
  const scope = access.kind === "scope" ? ` Scope <code>${access.scope}</code>.` : "";
  const input = (name: string, schema: NonNullable<typeof query>) =>
    `<p>${name}</p>${code(typeOf(jsonSchemaOf(schema, "input", components)))}`;
  const answers = Object.entries(responses).map(([status, { description, schema }]) => {
    const type = schema === undefined ? "" : code(typeOf(jsonSchemaOf(schema, "output", components)));
    return `<p>${status}: ${escaped(description)}</p>${type}`;
  });
  return (
    `<h3 id="${operationId}"><code>${method} ${path}</code></h3><p>${escaped(summary)}.${scope}</p>` +
    (query === undefined ? "" : input("Query", query)) +
    (body === undefined ? "" : input("Body", body)) +
    answers.join("") +
    `<p>Problems: ${problemsOf(definition)
      .map((problem) => `<code>${problem}</code>`)
      .join(" ")}</p>`
  );
}

function code(text: string): string {
  return `<pre>${escaped(text)}</pre>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
