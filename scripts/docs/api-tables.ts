import { type RouteDefinition, TAGS } from "../../edge/api/definition.ts";
import { DEFINITIONS } from "../../edge/api/definitions/all.ts";
import { AUDIT_ACTIONS } from "../../edge/audit/audit-actions.ts";
import { PROBLEM_CODES, problemOf } from "../../edge/http/problems.ts";
import { type GeneratedTables, markdownTable } from "./generated-tables.ts";

/** The routes, problems and audit actions, from the definitions of the routes. */
export function apiTables(): GeneratedTables {
  return { routes: routesTable(), problems: problemsTable(), actions: actionsTable() };
}

function routesTable(): string {
  const rows = Object.keys(TAGS).flatMap((tag) =>
    DEFINITIONS.filter((definition) => definition.tag === tag).map((definition) => [
      `\`${definition.method} ${definition.path}\``,
      accessOf(definition),
      definition.audit === undefined ? "" : `\`${definition.audit}\``,
      definition.summary,
    ]),
  );
  return markdownTable(["route", "access", "audit action", "what it does"], rows);
}

function accessOf({ access }: RouteDefinition): string {
  switch (access.kind) {
    case "scope":
      return `scope \`${access.scope}\``;
    case "caller":
      return "every caller";
    case "open":
      return "everybody";
    case "viewer":
      return "everybody, or a viewer's JWT";
    case "session":
      return "a session token";
    case "processor":
      return "`PROCESSOR_TOKEN`";
    case "job":
      return "the credential of the job";
    default:
      return access satisfies never;
  }
}

function problemsTable(): string {
  const rows = PROBLEM_CODES.map((code) => problemOf(code))
    .toSorted((a, b) => a.status - b.status)
    .map(({ status, code, title }) => [String(status), `\`${code}\``, title]);
  return markdownTable(["status", "code", "title"], rows);
}

function actionsTable(): string {
  const rows = Object.entries(AUDIT_ACTIONS).map(([action, recorded]) => {
    const { details, optional = [] } = recorded as { details: readonly string[]; optional?: readonly string[] };
    const names = [...details.map((name) => `\`${name}\``), ...optional.map((name) => `\`${name}?\``)];
    return [`\`${action}\``, recorded.records, names.join(", ")];
  });
  return markdownTable(["action", "records", "details"], rows);
}
