import { type RouteDefinition, TAGS, type Tag } from "../../edge/api/definition.ts";
import { problemsOf } from "../../edge/api/definition-problems.ts";
import { DEFINITIONS } from "../../edge/api/definitions/all.ts";
import { problemSchema } from "../../edge/api/definitions/shapes.ts";
import { IDEMPOTENCY_KEY, takesIdempotencyKey } from "../../edge/api/idempotency-key.ts";
import { type ProblemCode, problemOf } from "../../edge/http/problems.ts";
import { WEBHOOK_EVENTS, webhookBodySchema } from "../../edge/webhooks/event-schemas.ts";
import { WEBHOOK_EVENT_TYPES } from "../../shared/domain/webhooks/webhook-event.ts";
import { ROUTES_BY_HAND } from "./by-hand.ts";
import type { DocumentedExample } from "./documented-examples.ts";
import { type Components, type JsonSchema, jsonSchemaOf } from "./json-schema.ts";

type Operation = { [member: string]: unknown };

/** The OpenAPI 3.1 document, from the definitions and the examples of docs/http-api.md. */
export function openApiDocument(version: string, examples: readonly DocumentedExample[]): Operation {
  const components: Components = new Map();
  jsonSchemaOf(problemSchema, "output", components);
  const paths: Record<string, Record<string, Operation>> = {};
  for (const definition of DEFINITIONS) {
    const { path, method } = definition;
    const own = examples.filter(({ route }) => route === `${method} ${path}`);
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(definition, own, components) };
  }
  for (const { path, operations } of ROUTES_BY_HAND) paths[path] = { ...paths[path], ...operations };
  const webhooks = webhooksOf(components);
  return {
    openapi: "3.1.0",
    info: {
      title: "ladderlock",
      version,
      description: "HLS video with one key for each quality. Errors are RFC 9457 problem details with a stable `code`.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "The Worker that serves this document" }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    webhooks,
    components: {
      schemas: Object.fromEntries([...components].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        apiKey: { type: "http", scheme: "bearer", description: "An API key (`llk_...`); its scopes are listed" },
        viewer: { type: "http", scheme: "bearer", description: "A JWT of the site, for its viewer" },
        session: { type: "http", scheme: "bearer", description: "The token of a play session; or in the body" },
        processor: { type: "http", scheme: "bearer", description: "PROCESSOR_TOKEN" },
        job: { type: "http", scheme: "bearer", description: "The credential of a work order" },
      },
    },
  };
}

/** What the Worker sends to the endpoints of a site. */
function webhooksOf(components: Components): Operation {
  const entries = WEBHOOK_EVENT_TYPES.map((type): [string, Operation] => {
    const schema = jsonSchemaOf(webhookBodySchema(type), "output", components);
    const post = {
      ...{ operationId: `webhook.${type}`, tags: ["Webhooks" satisfies Tag], summary: WEBHOOK_EVENTS[type].when },
      requestBody: { required: true, content: { "application/json": { schema } } },
      responses: { "2XX": { description: "Delivered. Any other status is tried again." } },
    };
    return [type, { post }];
  });
  return Object.fromEntries(entries);
}

function operationOf(
  definition: RouteDefinition,
  examples: readonly DocumentedExample[],
  components: Components,
): Operation {
  const { operationId, tag, summary, audit } = definition;
  const security = securityOf(definition);
  const key = takesIdempotencyKey(definition) ? [KEY_PARAMETER] : [];
  const parameters = [...pathParameters(definition.path), ...queryParameters(definition, components), ...key];
  const body = requestBodyOf(definition, examples, components);
  return {
    operationId,
    tags: [tag],
    summary,
    ...(audit === undefined ? {} : { description: `Recorded in the audit log as \`${audit}\`.` }),
    ...(security === null ? {} : { security }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null ? {} : { requestBody: body }),
    responses: { ...answersOf(definition, examples, components), ...refusalsOf(definition, examples) },
  };
}

/** An empty requirement is that of an anonymous request. */
function securityOf({ access }: RouteDefinition) {
  switch (access.kind) {
    case "open":
      return null;
    case "scope":
      return [{ apiKey: [access.scope] }];
    case "caller":
      return [{ apiKey: [] }];
    case "viewer":
      return [{}, { viewer: [] }];
    case "session":
      return [{}, { session: [] }];
    case "processor":
    case "job":
      return [{ [access.kind]: [] }];
    default:
      return access satisfies never;
  }
}

const PATH_PARAMETERS: Readonly<Record<string, string>> = {
  videoPostId: "A post",
  authorId: "An author: the id of a caller, or as the site names them",
  fileIndex: "A part of the post",
  captionId: "Captions of the part",
  jobId: "A job",
  slug: "Of a title: its words in lower case, joined by hyphens",
  batchId: "A rotation batch",
  importId: "An import",
  tokenId: "An upload token",
  uploadId: "An upload",
  keyId: "The public half of an API key",
  webhookId: "A webhook endpoint",
  deliveryId: "An event of an endpoint, by its `webhook-id`",
};

const KEY_PARAMETER = {
  ...{ name: IDEMPOTENCY_KEY, in: "header", required: false },
  description: "The same for every repeat of one request, which is then carried out once. Kept for 24 hours.",
  schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[!-~]+$" },
};

function pathParameters(path: string) {
  return [...path.matchAll(/\{([a-zA-Z]+)\}/g)].map(([, name = ""]) => {
    const description = PATH_PARAMETERS[name];
    if (description === undefined) throw new Error(`the path parameter ${name} has no description`);
    return { name, in: "path", required: true, description, schema: { type: "string" } };
  });
}

function queryParameters({ query }: RouteDefinition, components: Components) {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = jsonSchemaOf(query, "input", components) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: "query", required: required.includes(name), schema },
  }));
}

function requestBodyOf(
  { body, bodyIsOptional, file }: RouteDefinition,
  examples: readonly DocumentedExample[],
  components: Components,
) {
  if (file !== undefined) {
    const content = file.types.map((type) => [type, { schema: { type: "string", format: "binary" } }]);
    return { required: true, description: file.description, content: Object.fromEntries(content) };
  }
  if (body === undefined) return null;
  const example = examples.find(({ status }) => status === null);
  const schema = jsonSchemaOf(body, "input", components);
  const content = { schema, ...(example === undefined ? {} : { example: example.body }) };
  return { required: bodyIsOptional !== true, content: { "application/json": content } };
}

function answersOf(definition: RouteDefinition, examples: readonly DocumentedExample[], components: Components) {
  return Object.fromEntries(
    Object.entries(definition.responses).map(([status, { description, schema, files = [] }]) => {
      const shown = examplesOf(examples, (example) => example.status === Number(status));
      const json =
        schema === undefined
          ? []
          : [["application/json", { schema: jsonSchemaOf(schema, "output", components), ...shown }]];
      const others = files.map((type) => [type.split(";")[0], { schema: { type: "string" } }]);
      const content = Object.fromEntries([...json, ...others]);
      return [status, { description, ...(Object.keys(content).length === 0 ? {} : { content }) }];
    }),
  );
}

/** One response for each status, with the codes that it may have. */
function refusalsOf(definition: RouteDefinition, examples: readonly DocumentedExample[]) {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsOf(definition)) {
    const { status } = problemOf(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      const description = codes.map((code) => `\`${code}\`: ${problemOf(code).title}`).join("; ");
      const schema = { allOf: [{ $ref: "#/components/schemas/Problem" }, { properties: { code: { enum: codes } } }] };
      const shown = examplesOf(examples, (example) => example.status === status);
      return [status, { description, content: { "application/problem+json": { schema, ...shown } } }];
    }),
  );
}

function examplesOf(examples: readonly DocumentedExample[], isOne: (example: DocumentedExample) => boolean) {
  const own = examples.filter(isOne);
  if (own.length === 0) return {};
  return { examples: Object.fromEntries(own.map(({ body }, index) => [`example${index + 1}`, { value: body }])) };
}
