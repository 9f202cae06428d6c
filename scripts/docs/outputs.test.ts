import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { problemsOf } from "../../edge/api/definition-problems.ts";
import { DEFINITIONS } from "../../edge/api/definitions/all.ts";
import { documentedExamples } from "./documented-examples.ts";
import { outputs, pathOf } from "./outputs.ts";

const page = readFileSync(pathOf("docs/http-api.md"), "utf8");
const examples = documentedExamples(page);
const routes = new Map(DEFINITIONS.map((definition) => [`${definition.method} ${definition.path}`, definition]));

describe("what is made from the definitions of the routes and the settings", () => {
  it.each(Object.entries(outputs()))("%s is up to date; `npm run docs` writes it", (path, text) => {
    expect(readFileSync(pathOf(path), "utf8") === text).toBe(true);
  });
});

describe("docs/openapi.json", () => {
  const document = JSON.parse(readFileSync(pathOf("docs/openapi.json"), "utf8"));
  type Operation = { operationId: string; parameters?: { name: string; in: string }[] };
  const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, methods]) => Object.values(methods).map((operation) => ({ path, ...operation })),
  );

  it("refers to nothing that it does not hold", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(100);
    const unknown = references.filter(([, name]) => document.components.schemas[name!] === undefined);
    expect(unknown.map(([, name]) => name)).toEqual([]);
  });

  it("gives each operation its own id, and describes every parameter of its path", () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids.length).toBe(new Set(ids).size);
    const wrong = operations.filter(({ path, parameters = [] }) => {
      const described = parameters.filter((one) => one.in === "path").map(({ name }) => name);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      return described.toSorted().join() !== inPath.toSorted().join();
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});

describe("docs/http-api.md", () => {
  it("names the scope of each route in its section", () => {
    const sections = page.split(/^### /m).slice(1);
    const wrong = DEFINITIONS.flatMap(({ method, path, access }) => {
      if (access.kind !== "scope" || path.startsWith("/admin/api-keys") || path.startsWith("/admin/audit")) return [];
      const section = sections.find((text) =>
        new RegExp(`^\`${method} ${path.replaceAll(/[{}/]/g, "\\$&")}[\`?]`).test(text),
      );
      if (section === undefined) return /\/(?:resume|cancel)$/.test(path) ? [] : [`${method} ${path} has no section`];
      return section.includes(`Scope \`${access.scope}\``) ? [] : [`${method} ${path}: ${access.scope}`];
    });
    expect(wrong).toEqual([]);
  });

  it("shows requests that the routes take, and responses that they may send", () => {
    expect(examples.length).toBeGreaterThan(50);
    const wrong = examples.flatMap(({ route, status, body }) => {
      const definition = routes.get(route);
      if (definition === undefined) return [];
      // The form of a file is its handler's to read.
      if (status === null && definition.file !== undefined) return [];
      if (status === null) return definition.body?.safeParse(body).success === true ? [] : [`${route}: the request`];
      if (status >= 400) {
        const { code } = body as { code: (typeof definition.problems)[number] };
        return problemsOf(definition).includes(code) ? [] : [`${route}: ${code}`];
      }
      const parsed = definition.responses[status]?.schema?.safeParse(body);
      return parsed?.success === true ? [] : [`${route}: the response ${status}`];
    });
    expect(wrong).toEqual([]);
  });
});
