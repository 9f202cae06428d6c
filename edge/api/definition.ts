import type * as z from "zod";
import type { Scope } from "../../shared/domain/access/scope.ts";
import type { AuditAction } from "../audit/audit-actions.ts";
import type { ProblemCode } from "../http/problems.ts";
import type { FileBody } from "../http/read-file.ts";

/** Who may send a request. */
export type Access =
  /** Everybody. Credentials are ignored. */
  | { readonly kind: "open" }
  /** Everybody, as an anonymous viewer or as the viewer whose JWT the request brings. */
  | { readonly kind: "viewer" }
  /** The holder of a session token, in a header or in the body; `expired` says whether an expired one counts. */
  | { readonly kind: "session"; readonly expired: "refused" | "accepted" }
  /** An administrator or a site with this scope; `ticket`: also who brings a ticket of such a caller. */
  | { readonly kind: "scope"; readonly scope: Scope; readonly ticket?: true }
  /** Every administrator and every site, whatever its scopes. */
  | { readonly kind: "caller" }
  /** A processor, by the shared secret. */
  | { readonly kind: "processor" }
  /** The holder of the job in the path, by the credential of its work order. */
  | { readonly kind: "job" };

export type ResponseDefinition = {
  readonly description: string;
  /** Of a JSON body. */
  readonly schema?: z.ZodType;
  /** Media types of bodies that are bytes or streams, beside the JSON. */
  readonly files?: readonly string[];
};

export type RouteDefinition = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With parameters in braces, as OpenAPI writes them. */
  readonly path: `/${string}`;
  /** The name of the route in the document and of its method in the client. */
  readonly operationId: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly access: Access;
  /** Every route with a scope that changes something has one. */
  readonly audit?: AuditAction;
  /** Strict. A route without it takes no query. */
  readonly query?: z.ZodType;
  /** Strict. A route without it takes an empty body or `{}`. */
  readonly body?: z.ZodType;
  /** In place of `body`. */
  readonly file?: FileBody;
  /** An empty body counts as `{}`. */
  readonly bodyIsOptional?: true;
  readonly responses: Readonly<Record<number, ResponseDefinition>>;
  /** Refusals beside those that follow from `access`, `query` and `body`. */
  readonly problems: readonly ProblemCode[];
  /** A viewer waits for it: 503 where the database does not respond in time. */
  readonly prompt?: true;
  /** Hono answers HEAD with what answers GET; false refuses it. */
  readonly head?: false;
  /** Exists only where a setting enables it. */
  readonly onlyWith?: "DEMO_VIEWERS";
};

export const TAGS = {
  Playback: "Viewers and players",
  "Tokens and policies": "Sites and editors: who may watch what",
  Posts: "Sites and editors",
  Library: "Sites: published videos and the rewards of authors",
  Uploads: "Sites and editors: resumable uploads (tus 1.0)",
  Jobs: "Sites and operators",
  Overview: "Operators: figures about jobs, launches and storage",
  Encoder: "Sites: a URL in, progress, playback out",
  "Keys and rotation": "Operators",
  "Imported content": "Operators",
  Webhooks: "Sites and operators: events of posts, and their delivery",
  "API keys": "Operators",
  "Audit log": "Operators",
  Diagnostics: "Operators: facts about the deployment, for `ladderlock doctor`",
  Processors: "The job protocol: processors",
  Service: "Pages, health and this document",
} as const;
export type Tag = keyof typeof TAGS;

/** Keeps the literal types, from which the input and the answers of the handler are derived. */
export function defineRoute<const D extends RouteDefinition>(definition: D): D {
  return definition;
}

export function audits(definition: RouteDefinition): definition is RouteDefinition & { readonly audit: AuditAction } {
  return definition.audit !== undefined;
}

/** As the router writes it: `METHOD /path/:name`. */
export function routeOf({ method, path }: Pick<RouteDefinition, "method" | "path">): string {
  return `${method} ${routerPath(path)}`;
}

export function routerPath(path: string): string {
  return path.replaceAll(/\{([a-zA-Z]+)\}/g, ":$1");
}
